// Node, Deno and Bun: the module lies beside this file, and is loaded when this is imported.

import { readFileSync } from 'node:fs';
import { initSync } from './instance.js';

initSync({ module: readFileSync(new URL('./hookvet.wasm', import.meta.url)) });

export * from './api.js';
export async function init() {}
