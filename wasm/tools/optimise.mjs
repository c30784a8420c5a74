// The module as cargo and wasm-bindgen leave it, made small by Binaryen.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const features = [
  'simd',
  'bulk-memory',
  'nontrapping-float-to-int',
  'sign-ext',
  'mutable-globals',
  'multivalue',
  'reference-types',
];

/** Writes `module` to `output`; with `names`, those of its functions stay in it. */
export function optimise(module, output, { names = false } = {}) {
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../node_modules/binaryen/bin/wasm-opt', import.meta.url)),
    ...features.map((feature) => `--enable-${feature}`),
    ...(names ? ['-g'] : ['--strip-debug']),
    ...['--strip-producers', '--strip-target-features'],
    // An engine compiles a function when it is called first. What only refusals need stays out of those that every delivery calls,
    // which makes the first verdict come milliseconds sooner and the module smaller, and no later one slower.
    '--one-caller-inline-max-function-size=400',
    ...['-O3', '--converge'],
    ...['-o', output, module],
  ]);
}
