// Browsers: `init` fetches the file beside this one.

import { load } from './load.js';

export * from './api.js';
export const init = (source) => load(source ?? new URL('./hookvet.wasm', import.meta.url));
