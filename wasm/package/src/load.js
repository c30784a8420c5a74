// `init`, from wherever the module comes.

import { initSync, isReady } from './instance.js';

/** Makes an instance from `source`, unless there is one. */
export async function load(source) {
  if (isReady()) return;
  let given = await source;
  if (typeof given === 'string' || given instanceof URL) given = await fetch(given);
  if (typeof Response === 'function' && given instanceof Response) {
    if (!given.ok) throw new TypeError(`hookvet.wasm could not be fetched: status ${given.status}`);
    given = await given.arrayBuffer();
  }
  const module = given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given);
  if (!isReady()) initSync({ module });
}
