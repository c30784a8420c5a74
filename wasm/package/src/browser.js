// Browsers, and whatever nobody else knows: the module is fetched by `init`.

import { load } from './load.js';

export * from './api.js';
export const init = (source) => load(source ?? new URL('./hookvet.wasm', import.meta.url));
