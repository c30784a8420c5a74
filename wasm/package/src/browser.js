// Browsers, and whatever nobody else knows: `init` loads the module, which is part of a script of its own.

import { load } from './load.js';

export * from './api.js';
export const init = (source) =>
  load(source ?? import('./embedded-browser.js').then(({ default: embedded }) => embedded()));
