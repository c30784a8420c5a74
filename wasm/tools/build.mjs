// Makes `wasm/package/dist` of the module that cargo and wasm-bindgen have made. `cargo xtask wasm` calls it.
//
//   node build.mjs MODULE

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { optimise } from './optimise.mjs';
import { eventTypes } from './types.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const [root, source, dist] = [path('../../'), path('../package/src/'), path('../package/dist/')];
const [module] = process.argv.slice(2);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

optimise(module, `${dist}hookvet.wasm`);

// Every bundler takes a script along, and few a file beside it. Base64 alone starts soonest; what a browser downloads is deflated
// first. The bytes are made when the function is called.
const bytes = readFileSync(`${dist}hookvet.wasm`);
const embedded = `() => Buffer.from('${bytes.toString('base64')}', 'base64')`;
writeFileSync(`${dist}embedded.js`, `export default ${embedded};\n`);
writeFileSync(`${dist}embedded.cjs`, `module.exports = ${embedded};\n`);
const deflated = deflateRawSync(bytes, { level: 9 }).toString('base64');
writeFileSync(
  `${dist}embedded-browser.js`,
  `const bytes = () => Uint8Array.from(atob('${deflated}'), (octet) => octet.charCodeAt(0));
const inflate = () => new DecompressionStream('deflate-raw');
export default () => new Response(new Blob([bytes()]).stream().pipeThrough(inflate()));\n`,
);

// Everything that is only looked up now and then is a module of its own, so that no platform has to import JSON.
const data = ['./schemas.js', './examples.js', './rules.js'];
const carried = ['./embedded.js', './embedded-browser.js', './hookvet.wasm', './hookvet.wasm?module'];
const options = { outdir: dist, bundle: true, minify: true, target: 'es2022', legalComments: 'none' };
await build({
  ...options,
  entryPoints: ['node', 'browser', 'workerd', 'edge', 'file-node', 'file-browser'].map((name) => `${source}${name}.js`),
  format: 'esm',
  external: [...data, ...carried, 'node:fs'],
});

// For `require`, which loads everything when it is needed. A script that is required imports nothing: Jest does not let it.
await build({
  ...options,
  entryPoints: [`${source}required.js`],
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  platform: 'node',
  supported: { 'dynamic-import': false },
  plugins: [
    {
      name: 'required',
      setup({ onResolve }) {
        onResolve({ filter: /^\.\/(embedded|schemas|examples|rules)\.js$/ }, ({ path }) => ({
          path: path.replace('.js', '.cjs'),
          external: true,
        }));
      },
    },
  ],
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
  const text = `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
  writeFileSync(`${dist}${name}.js`, `export default ${text};\n`);
  writeFileSync(`${dist}${name}.cjs`, `module.exports = ${text};\n`);
}

cpSync(`${root}schemas`, `${dist}schemas`, { recursive: true });
cpSync(`${root}docs/rules.json`, `${dist}rules.json`);
const types = { index: readFileSync(`${source}index.d.ts`, 'utf8'), events: await eventTypes(index, schemas) };
for (const [name, text] of Object.entries(types)) {
  writeFileSync(`${dist}${name}.d.ts`, text);
  writeFileSync(`${dist}${name}.d.cts`, text.replaceAll("'./events.js'", "'./events.cjs'"));
}
cpSync(`${source}hookvet.wasm.d.ts`, `${dist}hookvet.wasm.d.ts`);
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(`${root}${licence}`, path(`../package/${licence}`));

console.log('| file | bytes | gzip | brotli |\n|---|---|---|---|');
for (const file of readdirSync(dist)
  .filter((name) => /\.(wasm|c?js)$/.test(name))
  .sort()) {
  const held = readFileSync(`${dist}${file}`);
  const gzip = gzipSync(held, { level: 9 }).length;
  console.log(`| ${file} | ${held.length} | ${gzip} | ${brotliCompressSync(held).length} |`);
}
