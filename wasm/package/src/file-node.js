// Node, Deno and Bun, without a bundler: the module is the file beside this one, and is read when it is first needed.

import { readFileSync } from 'node:fs';
import { provide, ready } from './instance.js';

provide(() => readFileSync(new URL('./hookvet.wasm', import.meta.url)));

export * from './api.js';
export async function init() {
  ready();
}
