import * as hookvet from 'hookvet';
import { verdicts } from '../verdicts.js';

test('verdicts', async () => {
  expect(await verdicts(hookvet)).toBe(process.env.EXPECTED);
});
