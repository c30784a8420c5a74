// What the module consists of: its sections, and the functions of each crate. `cargo xtask wasm-size` calls it.
//
//   node size.mjs MODULE [COUNT]
//
// MODULE is what cargo and wasm-bindgen leave; it is optimised as the package's is, but for the names of its functions.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { optimise } from './optimise.mjs';

const [module, count = '40'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'hookvet-size-'));
const output = join(folder, 'named.wasm');
optimise(module, output, { names: true });
const bytes = readFileSync(output);
rmSync(folder, { recursive: true });

const SECTIONS = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
  'tag',
];
let at = 8;

function number() {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
}

/** So many bytes at the present place. */
function take(length) {
  at += length;
  return bytes.subarray(at - length, at);
}

const text = () => take(number()).toString('utf8');

/** Calls `each` as often as the count at the present place says. */
function list(each) {
  for (let left = number(); left > 0; left -= 1) each();
}

const sections = [];
const bodies = [];
const names = new Map();
let imported = 0;
while (at < bytes.length) {
  const start = at;
  const id = bytes[at++];
  const size = number();
  const end = at + size;
  if (id === 2) {
    // wasm-bindgen imports functions alone.
    list(() => [text(), text(), at++, number(), imported++]);
  } else if (id === 10) {
    list(() => bodies.push(take(number())));
  } else if (id === 0 && text() === 'name') {
    while (at < end) {
      const kind = bytes[at++];
      const next = number() + at;
      if (kind === 1) list(() => names.set(number(), text()));
      at = next;
    }
  }
  at = end;
  if (id !== 0) sections.push({ name: SECTIONS[id], bytes: bytes.subarray(start, end) });
}

const functions = bodies.map((body, index) => ({
  name: names.get(imported + index) ?? `function ${index}`,
  bytes: body,
}));
/** The crate of a function, or of the type that it is a method of. */
const crateOf = (name) => /^<*&?(?:mut )?(?:dyn )?([a-z_][a-z0-9_]*)(?:\[[0-9a-f]+\])?::/.exec(name)?.[1] ?? 'others';
const crates = new Map();
for (const one of functions) {
  const name = crateOf(one.name);
  crates.set(name, [...(crates.get(name) ?? []), one.bytes]);
}

const grouped = (value) => value.toLocaleString('en');
const packed = (content) => grouped(gzipSync(content, { level: 9 }).length);
function table(head, rows) {
  console.log(`\n| ${head.join(' | ')} |\n|${head.map(() => '---|').join('')}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

const bySize = (a, b) => b.bytes.length - a.bytes.length;
table(
  ['section', 'bytes', 'gzip of it alone'],
  sections.sort(bySize).map((one) => [one.name, grouped(one.bytes.length), packed(one.bytes)]),
);
const ofCrates = [...crates].map(([name, all]) => ({ name, count: all.length, bytes: Buffer.concat(all) }));
table(
  ['crate', 'functions', 'bytes of code', 'gzip of it alone'],
  ofCrates.sort(bySize).map((one) => [one.name, one.count, grouped(one.bytes.length), packed(one.bytes)]),
);
table(
  ['function', 'bytes'],
  functions
    .sort(bySize)
    .slice(0, Number(count))
    .map((one) => [`\`${one.name}\``, grouped(one.bytes.length)]),
);
