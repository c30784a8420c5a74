// hookvet and its peers side by side: times, sizes, the first verdict, what the binding costs. `cargo xtask bench-wasm` calls it.
//
//   node bench.mjs DOCUMENTS [ROUNDS]
//
// DOCUMENTS is what `hookvet-bench -- documents` prints. Every engine has its turn at every slice, so that what else the machine
// does meets all alike; figures are medians. The peers check the payload; hookvet checks headers and envelope besides.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { engines, out, path, schemas } from './engines.mjs';

// The package's own instance, to call without the package around it.
let raw;
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, imports);
  raw = instance.exports;
  return instance;
};
const { Vetter } = await import('hookvet');

const [file, rounds = '31'] = process.argv.slice(2);
const SLICE = 256;
const fixtures = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const results = { node: process.version, times: [], sizes: [], first: [], binding: {} };

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const shuffle = (list) => {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
};
let sink = 0;

const peers = await engines();
row('documents', 'from', 'bytes', 'JSON.parse', ...Object.keys(peers), 'hookvet', 'of JSON.parse', 'of JSON.parse + ajv');
console.log(`|${'---|'.repeat(Object.keys(peers).length + 7)}`);
for (const fixture of fixtures) {
  const vetter = new Vetter(fixture.vendor, { allowUnsigned: true });
  for (const from of ['bytes', 'string']) {
    const text = from === 'bytes' ? (body) => decoder.decode(body) : (body) => body;
    const judges = { 'JSON.parse': (body) => JSON.parse(text(body)) !== undefined };
    for (const [name, compile] of Object.entries(peers)) {
      const validate = compile(`${fixture.vendor}/${fixture.type}`);
      judges[name] = (body) => validate(JSON.parse(text(body)));
    }
    judges.hookvet = (body) => vetter.vet(fixture.headers, body).accepted;
    const documents = fixture.documents.map((body) => (from === 'bytes' ? encoder.encode(body) : body));
    // A figure is worth something only where everybody is of one mind.
    for (const [name, judge] of Object.entries(judges)) {
      const wrong = documents.filter((body) => name !== 'JSON.parse' && !judge(body));
      if (wrong.length > 0) throw new Error(`${name} finds ${wrong.length} of the documents at fault: ${text(wrong[0])}`);
    }
    const turns = Object.keys(judges);
    const spent = Object.fromEntries(Object.keys(judges).map((name) => [name, []]));
    for (let round = -3; round < Number(rounds); round += 1) {
      for (let at = 0; at < documents.length; at += SLICE) {
        // Each leaves caches and a heap behind that the next one pays for, so nobody always follows the same one.
        shuffle(turns);
        for (const name of turns) {
          const judge = judges[name];
          const start = process.hrtime.bigint();
          for (let i = at; i < at + SLICE; i += 1) sink += judge(documents[i]) ? 1 : 0;
          const nanoseconds = Number(process.hrtime.bigint() - start) / SLICE;
          if (round >= 0) spent[name].push(nanoseconds);
        }
      }
    }
    const of = (name) => median(spent.hookvet.map((own, i) => own / spent[name][i]));
    const ratios = { 'JSON.parse': of('JSON.parse'), ajv: of('ajv') };
    const size = Math.round(fixture.documents.reduce((sum, body) => sum + encoder.encode(body).length, 0) / documents.length);
    const medians = Object.fromEntries(Object.entries(spent).map(([name, list]) => [name, Math.round(median([...list]))]));
    row(fixture.name, from, size, ...Object.values(medians), ratios['JSON.parse'].toFixed(2), ratios.ajv.toFixed(2));
    results.times.push({ documents: fixture.name, from, bytes: size, nanoseconds: medians, ratios });
  }
}

console.log('\n| what is loaded | bytes | gzip | brotli |\n|---|---|---|---|');
for (const [name, files] of [
  ['hookvet: WebAssembly', ['../package/dist/hookvet.wasm']],
  ['hookvet: JavaScript', ['../package/dist/browser.js']],
  ['ajv standalone, forty schemas, no header rules', [`${out}ajv-standalone.mjs`]],
]) {
  const bytes = Buffer.concat(files.map((name) => readFileSync(name.startsWith('/') ? name : path(name))));
  const size = { name, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
  row(...Object.values(size));
  results.sizes.push(size);
}

const [small] = fixtures;
const names = Object.keys(schemas);
const starts = {
  hookvet: ['hookvet', path('../package/dist/node.js')],
  'ajv standalone': ['ajv-standalone', `${out}ajv-standalone.mjs`, `v${names.indexOf(`${small.vendor}/${small.type}`)}`],
};
const took = Object.fromEntries(Object.keys(starts).map((name) => [name, []]));
for (let round = 0; round < 21; round += 1) {
  for (const [name, words] of Object.entries(starts)) {
    const input = JSON.stringify({ ...small, documents: undefined });
    took[name].push(Number(execFileSync(process.execPath, [path('first.mjs'), ...words], { input, encoding: 'utf8' })));
  }
}
const ratio = median(took.hookvet.map((own, i) => own / took['ajv standalone'][i]));
console.log('\n| from file read to first verdict, fresh process | ms |\n|---|---|');
for (const [name, list] of Object.entries(took)) {
  row(name, median([...list]).toFixed(2));
  results.first.push({ name, milliseconds: median([...list]) });
}
row('of ajv standalone', ratio.toFixed(2));
results.first.push({ name: 'ratio', ratio });

// What the package adds to a bare call with everything in its place already.
const vetter = new Vetter(small.vendor, { allowUnsigned: true });
const body = encoder.encode(small.example);
const calls = {
  // The last call of the package has left headers, body and settings where these numbers point to.
  'bare vet': () => raw.vet(handle, small.headers.length * 2, body.length, 0, 0),
  'bare open': () => raw.open(handle, small.headers.length * 2, 0),
  vet: () => vetter.vet(small.headers, body).status,
  open: () => vetter.open(small.headers).rejected,
};
const handle = findHandle();
const bound = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
for (let round = -20; round < 200; round += 1) {
  for (const name of ['vet', 'bare vet', 'open', 'bare open']) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 500; i += 1) sink += calls[name]() ? 1 : 0;
    if (round >= 0) bound[name].push(Number(process.hrtime.bigint() - start) / 500);
  }
}
const difference = (a, b) => median(bound[a].map((one, i) => one - bound[b][i]));
const whole = difference('vet', 'bare vet');
const headers = difference('open', 'bare open');
console.log(`\n| what the binding costs, ${body.length} bytes of body | ns |\n|---|---|`);
row('the judgement itself', Math.round(median([...bound['bare vet']])));
row(`added for ${small.headers.length} headers`, Math.round(headers));
row('added for the body, and the verdict', Math.round(whole - headers));
results.binding = { bytes: body.length, judgement: median([...bound['bare vet']]), headers, body: whole - headers };

/** The handle whose code for what lies in the buffers is that of the last call. */
function findHandle() {
  const { status } = vetter.vet(small.headers, body);
  for (let handle = 31; handle >= 0; handle -= 1) {
    if ((raw.vet(handle, small.headers.length * 2, body.length, 0, 0) & 0xffff) === status) return handle;
  }
  throw new Error('no handle');
}

writeFileSync(path('../../target/hookvet-bench-wasm.json'), `${JSON.stringify(results, null, 2)}\n`);
if (sink < 0) throw new Error('unreachable');
