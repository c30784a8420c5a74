// Node, where the package is required.

import { provide, ready } from './instance.js';

provide(() => require('./embedded.js')());

export * from './api.js';
export async function init() {
  ready();
}
