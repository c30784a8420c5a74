import * as hookvet from 'hookvet';
import { verdicts } from '../verdicts.js';

export default { fetch: async () => new Response(await verdicts(hookvet)) };
