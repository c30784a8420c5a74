// Vercel's edge runtime and Next's: nothing is compiled at run time, and this is how they are told of a module.

import module from './hookvet.wasm?module';
import { provide, ready } from './instance.js';

provide(() => module);

export * from './api.js';
export async function init() {
  ready();
}
