// Every case and every mutation of every example: what WebAssembly says, and the problem document, byte for byte what the native
// core says. The native verdicts are written by `cargo test -p hookvet-tests --test conformance --test mutations`.

import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as hookvet from 'hookvet';
import { judge, root } from './cases.mjs';

const lines = (file) => {
  const path = fileURLToPath(new URL(`target/${file}`, root));
  assert.ok(existsSync(path), `${path} is not there: cargo test -p hookvet-tests --test conformance --test mutations`);
  return createInterface({ input: createReadStream(path), crlfDelay: Infinity });
};

test('every case under every policy', async () => {
  let count = 0;
  for await (const line of lines('conformance.jsonl')) {
    const { name, request, verdict: expected, problem } = JSON.parse(line);
    const verdict = judge(hookvet, request);
    assert.equal(verdict.text(), expected, name);
    assert.equal(verdict.problem() ?? null, problem, name);
    assert.equal(verdict.accepted, problem === null, name);
    assert.ok(Buffer.byteLength(verdict.problem() ?? '') <= 64 * 1024, name);
    assert.equal(verdict.status, JSON.parse(expected).status, name);
    count += 1;
  }
  assert.ok(count > 1_800, `${count}`);
  console.log(`# ${count} verdicts compared byte for byte, and as many problem documents`);
});

test('every mutation of every example, from bytes and from a string in turn', async () => {
  const vetters = new Map();
  const vetter = (vendor, policy) => {
    const key = `${vendor} ${policy}`;
    if (!vetters.has(key)) vetters.set(key, new hookvet.Vetter(vendor, { policy, allowUnsigned: true }));
    return vetters.get(key);
  };
  const encoder = new TextEncoder();
  let count = 0;
  let [vendor, headers] = [];
  for await (const line of lines('verdicts.jsonl')) {
    const entry = JSON.parse(line);
    if (entry.vendor) {
      ({ vendor, headers } = entry);
      continue;
    }
    const { policy, body, verdict: expected, problem } = entry;
    const verdict = vetter(vendor, policy).vet(headers, count % 2 ? body : encoder.encode(body));
    if (verdict.text() !== expected) assert.equal(verdict.text(), expected, body);
    if ((verdict.problem() ?? null) !== problem) assert.equal(verdict.problem() ?? null, problem, body);
    count += 1;
  }
  assert.ok(count > 20_000, `${count}`);
  console.log(`# ${count} verdicts compared byte for byte, and as many problem documents`);
});
