// Schemas of one's own: the same verdicts as natively, and an error for what cannot be enforced.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HookvetError, Vetter } from 'hookvet';

const type = 'com.example.order';
const headers = {
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': '/shop',
  'ce-type': type,
  'content-type': 'application/json',
};
const order = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  properties: { total: { type: 'integer', exclusiveMinimum: 0 }, to: { $ref: '#/$defs/address' } },
  required: ['total'],
  $defs: { address: { properties: { city: { type: 'string' } }, additionalProperties: false } },
};
const judged = (vetter, body, own = headers) => {
  const verdict = vetter.vet(own, JSON.stringify(body));
  return [verdict.status, ...verdict.findings.map(({ rule, where }) => `${rule} ${where}`)];
};

test('a schema is enforced, as an object and as text', () => {
  for (const schema of [order, JSON.stringify(order)]) {
    const vetter = new Vetter('cloudevents', { schemas: { [type]: schema } });
    assert.deepEqual(judged(vetter, { total: 1, to: { city: 'Vilnius' } }), [204]);
    assert.deepEqual(judged(vetter, { total: 0 }), [422, 'SCHEMA-exclusiveMinimum body:/total']);
    assert.deepEqual(judged(vetter, { total: 1, to: { zip: 1 } }), [422, 'SCHEMA-additionalProperties body:/to/zip']);
    assert.deepEqual(judged(vetter, { total: 1, more: 1 }), [204, 'SCHEMA-unknown body:/more']);
    const other = { ...headers, 'ce-type': 'com.example.Order' };
    assert.deepEqual(judged(vetter, {}, other), [422, 'CE-type-unknown header:ce-type']);
  }
});

test('types are named', () => {
  const other = { ...headers, 'ce-type': 'com.example.refund' };
  const both = new Vetter('cloudevents', { schemas: { [type]: true }, only: [type, 'com.example.refund'] });
  assert.deepEqual(judged(both, {}, other), [204]);
  const known = new Vetter('amlyze', { onlyKnownTypes: true });
  assert.ok(judged(known, {}, other).includes('CE-type-unknown header:ce-type'));
});

test('what cannot be enforced is an error that names the keyword and its place', () => {
  const code = (options, vendor = 'cloudevents') => {
    try {
      new Vetter(vendor, options);
    } catch (error) {
      assert.ok(error instanceof HookvetError, String(error));
      return `${error.code}: ${error.message}`;
    }
    return assert.fail('it was built');
  };
  const outside = { properties: { 'a/b': { pattern: '^a' } } };
  assert.match(
    code({ schemas: { [type]: outside } }),
    /^schema: .*com\.example\.order.*\/properties\/a~1b\/pattern: the keyword pattern/,
  );
  assert.match(code({ schemas: { [type]: '{' } }), /^schema: /);
  assert.match(code({ only: [] }), /^types: no event type/);
  assert.match(code({ schemas: { [type]: true }, only: ['other'] }), /^types: .*com\.example\.order/);
  assert.match(code({ schemas: { [type]: true } }, 'amlyze'), /^no-effect: /);
  assert.match(code({ tolerance: 9 }), /^no-effect: /);
  for (const wrong of [[], { [type]: undefined }, { [type]: () => 1 }, 'schema']) {
    assert.throws(() => new Vetter('cloudevents', { schemas: wrong }), TypeError);
  }
  for (const wrong of ['com.example.order', [7], {}])
    assert.throws(() => new Vetter('cloudevents', { only: wrong }), TypeError);
});

test('a large schema is handed over whole', () => {
  const description = 'é'.repeat(100_000);
  const vetter = new Vetter('cloudevents', { schemas: { [type]: { description, type: 'object' } } });
  assert.deepEqual(judged(vetter, 7), [422, 'SCHEMA-type body']);
});
