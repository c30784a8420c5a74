// Cloudflare's runtime compiles nothing at run time; the module is part of what is deployed.

import module from './hookvet.wasm';
import { readHeadersAsText } from './input.js';
import { initSync } from './instance.js';

initSync({ module });
readHeadersAsText();

export * from './api.js';
export async function init() {}
