// `init` where there is something to wait for.

import { brand, HookvetError, initSync, isReady } from './instance.js';

/** Makes an instance from `source`, unless there is one. */
export async function load(source) {
  if (isReady()) return;
  let given = await source;
  if (typeof given === 'string' || brand(given) === 'URL') given = await fetch(given);
  if (brand(given) === 'Response') {
    given = await given.arrayBuffer();
    // Servers answer with a page where there is no such file, and some of them with 200.
    if (new Uint8Array(given)[1] !== 97)
      throw new HookvetError(
        'fetch',
        'expected hookvet.wasm, but found another file; in `vite dev` add hookvet to optimizeDeps.exclude',
      );
  }
  const module = brand(given) === 'WebAssembly.Module' ? given : await WebAssembly.compile(given);
  if (!isReady()) initSync({ module });
}
