// hookvet and its peers side by side: times, sizes, the first verdict, what the binding costs. `cargo xtask bench-wasm` calls it.
//
//   node bench.mjs DOCUMENTS [--write] [ROUNDS]
//
// DOCUMENTS is what `hookvet-bench -- documents` prints; `--write` puts the tables into the READMEs. Every engine has its turn at every slice, so that what else the machine
// does meets all alike; figures are medians. The peers check the payload; hookvet checks headers and envelope besides.

import { execFileSync } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { engines, out, path, schemas } from './engines.mjs';
import { hollow, raw, Vetter } from './instances.mjs';

const [file, ...words] = process.argv.slice(2);
const isWriting = words[0] === '--write';
const rounds = words[isWriting ? 1 : 0] ?? '31';
const SLICE = 256;
/** Rounds that do not count: an engine makes fast code of what it has run some ten thousand times, of WebAssembly as well. */
const WARM = 40;
const fixtures = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const results = { node: process.version, times: [], sizes: [], first: [], binding: {} };

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
/** The lines of each table, by its name. */
const tables = {};
let lines;
const table = (name, ...head) => {
  lines = tables[name] = [];
  console.log();
  row(...head);
  row(...head.map(() => '---'));
};
const row = (...cells) => {
  lines.push(`| ${cells.join(' | ')} |`);
  console.log(lines.at(-1));
};
const grouped = (number) => Math.round(number).toLocaleString('en');
const shuffle = (list) => {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
};
let sink = 0;

const peers = await engines();
table(
  'times',
  'documents',
  'from',
  'bytes',
  'JSON.parse',
  ...Object.keys(peers),
  'hookvet',
  'of JSON.parse',
  'of JSON.parse + ajv',
);
for (const fixture of fixtures.flatMap((one) => (one.name === 'DOCVER' ? [one, signed(one)] : [one]))) {
  const vetter = new Vetter(fixture.vendor, fixture.options ?? { allowUnsigned: true });
  for (const from of fixture.options === undefined ? ['bytes', 'string'] : ['bytes']) {
    const read = from === 'bytes' ? ({ body }) => decoder.decode(body) : ({ body }) => body;
    const text = fixture.check === undefined ? read : (delivery) => fixture.check(delivery) && read(delivery);
    const judges = { 'JSON.parse': (delivery) => JSON.parse(text(delivery)) !== undefined };
    for (const [name, compile] of Object.entries(peers)) {
      const validate = compile(`${fixture.vendor}/${fixture.type}`);
      judges[name] = (delivery) => validate(JSON.parse(text(delivery)));
    }
    judges.hookvet = ({ headers, body }) => vetter.vet(headers, body).accepted;
    const documents = fixture.documents.map((text) => {
      const body = from === 'bytes' ? encoder.encode(text) : text;
      return { body, headers: fixture.sign?.(body) ?? fixture.headers };
    });
    // A figure is worth something only where everybody is of one mind.
    for (const [name, judge] of Object.entries(judges)) {
      const wrong = documents.filter((delivery) => name !== 'JSON.parse' && !judge(delivery));
      if (wrong.length > 0)
        throw new Error(`${name} finds ${wrong.length} of the documents at fault: ${text(wrong[0])}`);
    }
    const turns = Object.keys(judges);
    const spent = Object.fromEntries(Object.keys(judges).map((name) => [name, []]));
    for (let round = -WARM; round < Number(rounds); round += 1) {
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
    const size = Math.round(
      fixture.documents.reduce((sum, body) => sum + encoder.encode(body).length, 0) / documents.length,
    );
    const medians = Object.fromEntries(
      Object.entries(spent).map(([name, list]) => [name, Math.round(median([...list]))]),
    );
    row(
      fixture.name,
      from,
      size,
      ...Object.values(medians).map(grouped),
      ratios['JSON.parse'].toFixed(2),
      ratios.ajv.toFixed(2),
    );
    results.times.push({ documents: fixture.name, from, bytes: size, nanoseconds: medians, ratios });
  }
}

/** The same deliveries with signatures. Everybody else checks them with Node's own HMAC, in constant time, and then reads the body. */
function signed(fixture) {
  const secret = 'whsec_000102030405060708090a0b0c0d0e0f';
  const key = Buffer.from(secret.slice(6), 'hex');
  const timestamp = 1_773_150_000;
  const mac = (body) => createHmac('sha256', key).update(`${timestamp}.`).update(body).digest();
  return {
    ...fixture,
    name: 'DOCVER, signed',
    options: { secrets: [secret], now: () => timestamp },
    sign: (body) => [...fixture.headers, ['X-Webhook-Signature', `t=${timestamp},v1=${mac(body).toString('hex')}`]],
    check({ headers, body }) {
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.at(-1)[1]);
      const own = createHmac('sha256', key).update(`${t}.`).update(body).digest();
      return Math.abs(timestamp - t) <= 300 && timingSafeEqual(own, Buffer.from(v1, 'hex'));
    },
  };
}

table('sizes', 'what is loaded', 'bytes', 'gzip', 'brotli');
for (const [name, files] of [
  ['hookvet: WebAssembly', ['../package/dist/hookvet.wasm']],
  ['hookvet: JavaScript', ['../package/dist/browser.js']],
  ['hookvet: WebAssembly in a script, for browsers', ['../package/dist/embedded-browser.js']],
  ['hookvet: WebAssembly in a script, for servers', ['../package/dist/embedded.js']],
  ['ajv standalone, forty schemas, no header rules', [`${out}ajv-standalone.mjs`]],
]) {
  const bytes = Buffer.concat(files.map((name) => readFileSync(name.startsWith('/') ? name : path(name))));
  const size = {
    name,
    bytes: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
  row(name, ...[size.bytes, size.gzip, size.brotli].map(grouped));
  results.sizes.push(size);
}

const [small] = fixtures;
const names = Object.keys(schemas);
const starts = {
  hookvet: ['hookvet', path('../package/dist/node.js')],
  'ajv standalone': [
    'ajv-standalone',
    `${out}ajv-standalone.mjs`,
    `v${names.indexOf(`${small.vendor}/${small.type}`)}`,
  ],
};
const took = Object.fromEntries(Object.keys(starts).map((name) => [name, []]));
for (let round = 0; round < 21; round += 1) {
  for (const [name, words] of Object.entries(starts)) {
    const input = JSON.stringify({ ...small, documents: undefined });
    took[name].push(Number(execFileSync(process.execPath, [path('first.mjs'), ...words], { input, encoding: 'utf8' })));
  }
}
const ratio = median(took.hookvet.map((own, i) => own / took['ajv standalone'][i]));
table('first', 'from file read to first verdict, fresh process', 'ms');
for (const [name, list] of Object.entries(took)) {
  row(name, median([...list]).toFixed(2));
  results.first.push({ name, milliseconds: median([...list]) });
}
row('of ajv standalone', ratio.toFixed(2));
results.first.push({ name: 'ratio', ratio });

// What the binding costs: the package around a module whose `vet` answers at once, and everything else is as it always is.
const body = encoder.encode(small.example);
const vetter = new Vetter(small.vendor, { allowUnsigned: true });
const bare = bareVet();
const calls = {
  judgement: () => bare() !== 0,
  body: () => hollow.vet([], body).accepted,
  whole: () => hollow.vet(small.headers, body).accepted,
};
const spent = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
for (let round = -20; round < 200; round += 1) {
  for (const name of Object.keys(calls)) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 500; i += 1) sink += calls[name]() ? 1 : 0;
    if (round >= 0) spent[name].push(Number(process.hrtime.bigint() - start) / 500);
  }
}
const binding = {
  bytes: body.length,
  judgement: median([...spent.judgement]),
  body: median([...spent.body]),
  headers: median(spent.whole.map((one, i) => one - spent.body[i])),
};
results.binding = binding;
table('binding', 'what a call of `vet` consists of', 'ns');
row('the judgement, everything in its place already', grouped(binding.judgement));
row(`the crossing, with ${binding.bytes} bytes of body and the verdict`, grouped(binding.body));
row(`${small.headers.length} headers more`, grouped(binding.headers));

/** The module's own `vet`, called on what lies in its buffers. */
function bareVet() {
  const { status } = vetter.vet(small.headers, body);
  new Uint8Array(raw.memory.buffer, raw.reserve_body(body.length) >>> 0, body.length).set(body);
  for (let handle = 31; handle >= 0; handle -= 1) {
    const call = () => raw.vet(handle, small.headers.length * 2, 0, body.length, 0, 0);
    if ((call() & 0xffff) === status) return call;
  }
  throw new Error('no handle');
}

const [wasm, javascript, standalone] = results.sizes;
const fromBytes = results.times.filter(({ from }) => from === 'bytes');
const most = (name) => Math.max(...fromBytes.map(({ ratios }) => ratios[name]));
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
table('goals', 'goal', 'measured', 'met');
for (const [goal, measured, isMet] of [
  [
    'a verdict from bytes in at most 0.25 of JSON.parse + ajv',
    `${most('ajv').toFixed(2)} at most`,
    most('ajv') <= 0.25,
  ],
  ['and in less than JSON.parse alone', `${most('JSON.parse').toFixed(2)} at most`, most('JSON.parse') < 1],
  ['at most 40 KB of WebAssembly, gzip', kilobytes(wasm.gzip), wasm.gzip <= 40 * 1024],
  ['at most 5 KB of JavaScript, gzip', kilobytes(javascript.gzip), javascript.gzip <= 5 * 1024],
  [
    'smaller than ajv standalone, gzip',
    `${((wasm.gzip + javascript.gzip) / standalone.gzip).toFixed(2)} of it`,
    wasm.gzip + javascript.gzip < standalone.gzip,
  ],
  ['the first verdict in at most 0.75 of ajv standalone', ratio.toFixed(2), ratio <= 0.75],
  [
    `the crossing in under 100 ns with ${binding.bytes} bytes of body`,
    `${grouped(binding.body)} ns`,
    binding.body < 100,
  ],
])
  row(goal, measured, isMet ? 'yes' : 'no');

table(
  'summary',
  'documents',
  'bytes',
  'JSON.parse',
  'JSON.parse + ajv',
  'hookvet',
  'of JSON.parse',
  'of JSON.parse + ajv',
);
for (const { documents, bytes, nanoseconds, ratios } of fromBytes) {
  const times = ['JSON.parse', 'ajv', 'hookvet'].map((name) => grouped(nanoseconds[name]));
  row(documents, bytes, ...times, ratios['JSON.parse'].toFixed(2), ratios.ajv.toFixed(2));
}

writeFileSync(path('../../target/hookvet-bench-wasm.json'), `${JSON.stringify(results, null, 2)}\n`);
if (isWriting) for (const readme of ['../../README.md', '../package/README.md']) writeTables(path(readme));
if (sink < 0) throw new Error('unreachable');

/** Puts the tables where a file has a place for them: between `<!-- bench-wasm NAME -->` and the next comment that ends it. */
function writeTables(readme) {
  const text = readFileSync(readme, 'utf8');
  const place = /(<!-- bench-wasm (\w+) -->\n).*?(<!-- end -->)/gs;
  writeFileSync(
    readme,
    text.replace(place, (_, start, name, end) => `${start}\n${tables[name].join('\n')}\n\n${end}`),
  );
}
