// Makes `wasm/package/dist` of the module that cargo and wasm-bindgen have made. `cargo xtask wasm` calls it.
//
//   node build.mjs MODULE

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { eventTypes } from './types.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const [root, source, dist] = [path('../../'), path('../package/src/'), path('../package/dist/')];
const [module] = process.argv.slice(2);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const features = ['simd', 'bulk-memory', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'multivalue', 'reference-types'];
execFileSync(process.execPath, [
  path('../node_modules/binaryen/bin/wasm-opt'),
  ...features.map((feature) => `--enable-${feature}`),
  ...(process.env.HOOKVET_WASM_NAMES ? ['-g'] : ['--strip-debug', '--strip-producers', '--strip-target-features']),
  // An engine compiles a function when it is called first. What only refusals need stays out of those that every delivery calls,
  // which makes the first verdict come milliseconds sooner and the module smaller, and no later one slower.
  '--one-caller-inline-max-function-size=400',
  ...(process.env.HOOKVET_WASM_OPT ?? '-O3 --converge').split(' '),
  '-o',
  `${dist}hookvet.wasm`,
  module,
]);

// Everything that is only looked up now and then is a module of its own, so that no platform has to import JSON.
const data = ['./schemas.js', './examples.js', './rules.js'];
await build({
  entryPoints: ['node', 'browser', 'workerd'].map((name) => `${source}${name}.js`),
  outdir: dist,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  external: [...data, './hookvet.wasm', 'node:fs'],
  legalComments: 'none',
});

const json = (file) => JSON.parse(readFileSync(file, 'utf8'));
const schemas = {};
const examples = {};
const index = json(`${root}schemas/index.json`);
for (const event of index.events) {
  const name = `${event.vendor}/${event.type}`;
  schemas[name] = json(`${root}schemas/${event.schema.path}`);
  examples[name] = event.examples.map((file) => {
    const { headers, body, ...rest } = json(`${root}schemas/${file}`);
    const id = file.slice(file.lastIndexOf('/') + 1, -'.json'.length);
    // The body is what a sender would send, compact as the vendors' samples are.
    return { vendor: event.vendor, name: id, ...rest, headers, body: JSON.stringify(body) };
  });
}
const rules = json(`${root}docs/rules.json`);
for (const [name, value] of Object.entries({ schemas, examples, rules })) {
  writeFileSync(`${dist}${name}.js`, `export default JSON.parse(${JSON.stringify(JSON.stringify(value))});\n`);
}

cpSync(`${root}schemas`, `${dist}schemas`, { recursive: true });
cpSync(`${root}docs/rules.json`, `${dist}rules.json`);
cpSync(`${source}index.d.ts`, `${dist}index.d.ts`);
writeFileSync(`${dist}events.d.ts`, await eventTypes(index, schemas));
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(`${root}${licence}`, path(`../package/${licence}`));

console.log('| file | bytes | gzip | brotli |\n|---|---|---|---|');
for (const file of readdirSync(dist).filter((name) => /\.(wasm|js)$/.test(name)).sort()) {
  const bytes = readFileSync(`${dist}${file}`);
  const gzip = gzipSync(bytes, { level: 9 }).length;
  console.log(`| ${file} | ${bytes.length} | ${gzip} | ${brotliCompressSync(bytes).length} |`);
}
