// Cloudflare's runtime compiles nothing at run time; the module is part of what is deployed.

import module from './hookvet.wasm';
import { readHeaders } from './input.js';
import { encoder, provide, ready } from './instance.js';

provide(() => module);
// The runtime has read the octets of a value as UTF-8, in place of giving a character for each.
const octets = (value) => (/[^\0-\x7f]/.test(value) ? encoder.encode(value) : value);
readHeaders((headers) => Array.from(headers, ([name, value]) => [name, octets(value)]));

export * from './api.js';
export async function init() {
  ready();
}
