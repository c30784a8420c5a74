import * as hookvet from 'hookvet';
import { expect, test } from 'vitest';
import { verdicts } from '../verdicts.js';

test('verdicts', async () => {
  expect(await verdicts(hookvet)).toBe(process.env.EXPECTED);
});

test('bytes and requests of the environment', async () => {
  const { headers, body } = await hookvet.example('com.amlyze.customer.updated');
  const vetter = new hookvet.Vetter('amlyze');
  const { verdict } = await vetter.vetRequest(new Request('http://localhost/', { method: 'POST', headers, body }));
  expect(verdict.status).toBe(204);
  // jsdom has a realm of its own, with constructors of its own.
  const { Uint8Array: Bytes } = globalThis.jsdom?.window ?? globalThis;
  const bytes = Bytes.from(body, (character) => character.charCodeAt(0));
  for (const form of [bytes, bytes.buffer]) expect(vetter.vet(new Headers(headers), form).status).toBe(204);
});
