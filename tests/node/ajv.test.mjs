// ajv agrees with hookvet and `jsonschema` on every schema, every example and every mutation of one.

import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { described, distinct, drafts, examples, found, json, root, schemas } from './schemas.mjs';

for (const [draft, validator] of Object.entries(drafts)) {
  test(`every accepted example passes under ${draft}`, () => {
    const accepted = examples('');
    assert.ok(accepted.length >= 70, `${accepted.length} examples`);
    for (const { path, schema, example } of accepted) {
      assert.deepEqual(found(validator(schema), described(example)), [], path);
    }
  });

  test(`every refused example has its findings under ${draft}`, () => {
    const refused = examples('refused/');
    assert.ok(refused.length >= 50, `${refused.length} examples`);
    for (const { path, schema, example } of refused) {
      const expected = example.findings
        .filter(({ rule }) => rule.startsWith('SCHEMA-'))
        .map(({ rule, where }) => [where.replace(/^body:?/, ''), rule.slice('SCHEMA-'.length)]);
      assert.ok(expected.length > 0, path);
      assert.deepEqual(found(validator(schema), example.body), distinct(expected), path);
    }
  });
}

test('the lists of words that a refused example names are those of its schema', () => {
  for (const { path, schema, example } of examples('refused/')) {
    for (const { where, allowed } of example.findings.filter(({ allowed }) => allowed)) {
      const validate = drafts['2020-12'](schema);
      validate(example.body);
      const error = validate.errors.find((e) => e.keyword === 'enum' && `body:${e.instancePath}` === where);
      assert.deepEqual(allowed, error.params.allowedValues, path);
    }
  }
});

const mutations = `${root}target/mutations.jsonl`;

test('every mutation has the findings of hookvet and jsonschema in both drafts', async () => {
  assert.ok(existsSync(mutations), 'write the documents first: cargo test -p hookvet-tests --test mutations');
  const bases = new Map();
  const differences = [];
  let documents = 0;
  for await (const line of createInterface({ input: createReadStream(mutations), crlfDelay: Infinity })) {
    const { schema, example, edits, found: expected } = JSON.parse(line);
    if (!bases.has(example)) bases.set(example, JSON.stringify(described(json(schemas + example))));
    const document = edited(JSON.parse(bases.get(example)), edits);
    const wanted = distinct(expected);
    for (const [draft, validator] of Object.entries(drafts)) {
      const got = found(validator(schema), document);
      if (got.join('\n') !== wanted.join('\n'))
        differences.push({ draft, example, edits: JSON.stringify(edits), got, wanted });
    }
    documents += 1;
  }
  assert.deepEqual(differences.slice(0, 5), [], `${differences.length} differences`);
  assert.ok(documents > 40_000, `${documents} documents`);
  console.log(`# ${documents} documents, each under two drafts, no difference`);
});

/** Applies edits: a pointer and a value are set, a pointer alone is dropped. */
function edited(document, edits) {
  for (const [pointer, ...value] of edits) {
    if (pointer === '') {
      document = value[0];
      continue;
    }
    const path = pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = path.pop();
    const parent = path.reduce((value, token) => value[token], document);
    if (value.length > 0) parent[last] = value[0];
    else if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
  }
  return document;
}

// Where the validators differ by design. None of these forms is in a mutation; hookvet takes the strict side of each.
test('ajv takes three forms that neither RFC 3339 nor RFC 9562 knows, and hookvet does not', () => {
  const updated = drafts['2020-12']('amlyze/com.amlyze.customer.updated');
  const at = (updatedAt) => found(updated, { updatedAt });
  assert.deepEqual(at('2026-03-10 12:53:45Z'), [], 'a space in place of T');
  assert.deepEqual(at('2026-03-10T12:53:45+0200'), [], 'an offset without a colon');
  const docver = drafts['2020-12']('dataspike/KYT_WALLET_CHECK');
  const envelope = {
    id: 'urn:uuid:1ed2fb46-8271-6a33-a9ef-7553f473af46',
    webhook_id: '1ed2f903-2d75-6b19-b6a5-29535bc3340e',
    event_type: 'KYT_WALLET_CHECK',
    timestamp: '2022-09-08T20:25:40Z',
    payload: {},
  };
  assert.deepEqual(found(docver, envelope), [], 'a UUID as a URN');
});
