// Node, Deno and Bun: the module is part of the script, so that it is there after any bundler, and compiled when it is first needed.

import embedded from './embedded.js';
import { provide, ready } from './instance.js';

provide(embedded);

export * from './api.js';
export async function init() {
  ready();
}
