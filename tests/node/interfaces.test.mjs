// The documents about whole interfaces pass the validators of their own projects.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import test from 'node:test';
import { DiagnosticSeverity, Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { json, names, schemas } from './schemas.mjs';

const { events } = json(`${schemas}index.json`);
const types = (vendor) =>
  events
    .filter((event) => event.vendor === vendor)
    .map(({ type }) => type)
    .sort();

for (const vendor of ['amlyze', 'dataspike']) {
  test(`AsyncAPI's own parser takes the document of ${vendor}`, async () => {
    const source = `${schemas}${vendor}/asyncapi.json`;
    const { document, diagnostics } = await new Parser().parse(readFileSync(source, 'utf8'), { source });
    const faults = diagnostics.filter(({ severity }) => severity === DiagnosticSeverity.Error);
    assert.deepEqual(
      faults.map(({ path, message }) => `${path.join('/')}: ${message}`),
      [],
    );
    const messages = document.operations().get('receiveDelivery').messages().all();
    assert.deepEqual(messages.map((message) => message.name()).sort(), types(vendor));
    for (const message of messages) {
      // The references were followed: the schema itself is there.
      const { $id } = message.payload().json().schema;
      assert.equal($id, `urn:hookvet:${vendor}:${message.name()}:1:draft-07`);
      assert.ok(message.headers(), message.name());
      assert.ok(message.examples().length > 0, message.name());
    }
    const secured = document.operations().get('receiveDelivery').security().length;
    assert.equal(secured, vendor === 'dataspike' ? 1 : 0);
  });
}

test('a broken AsyncAPI document does not pass', async () => {
  const source = `${schemas}amlyze/asyncapi.json`;
  const broken = json(source);
  broken.operations.receiveDelivery.action = 'expect';
  const { diagnostics } = await new Parser().parse(JSON.stringify(broken), { source });
  assert.ok(diagnostics.some(({ severity }) => severity === DiagnosticSeverity.Error));
});

test('the OpenAPI 3.1 document is valid and has a webhook for every event', async () => {
  const path = `${schemas}openapi-webhooks.json`;
  const validator = new Validator();
  // It reads no other file by itself; each is handed over under the address that the document uses.
  for (const name of names.filter((name) => types(name.split('/')[0]).includes(name.split('/')[1]))) {
    await validator.addSpecRef(json(`${schemas}${name}.schema.json`), `./${name}.schema.json`);
  }
  const { valid, errors } = await validator.validate(path);
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.equal(validator.version, '3.1');
  const { webhooks } = json(path);
  assert.deepEqual(Object.keys(webhooks).sort(), [...types('amlyze'), ...types('dataspike')].sort());
  for (const [type, { post }] of Object.entries(webhooks)) {
    const { $ref } = post.requestBody.content['application/json'].schema;
    const file = resolve(dirname(path), $ref);
    assert.ok(existsSync(file), $ref);
    assert.match(json(file).$id, new RegExp(`:${type.replaceAll('.', '\\.')}:1$`));
  }
});

test('a broken OpenAPI document does not pass', async () => {
  const broken = json(`${schemas}openapi-webhooks.json`);
  delete broken.info.title;
  assert.equal((await new Validator().validate(broken)).valid, false);
});

test('the index names files that are there', () => {
  const index = json(`${schemas}index.json`);
  const listed = [...index.events, ...index.documents];
  assert.deepEqual([index.events.length, types('amlyze').length, types('dataspike').length], [40, 33, 7]);
  const files = [
    ...index.asyncapi,
    index.openapi,
    ...listed.flatMap(({ schema, examples, refused = [] }) => [schema.path, schema.draft07, ...examples, ...refused]),
  ];
  for (const file of files) assert.ok(existsSync(schemas + file), file);
  for (const { type, examples } of index.events) assert.ok(examples.length > 0, type);
});

// Written by `cargo test -p hookvet-tests --test own_events`.
const own = new URL('../../target/own-events/', import.meta.url);

test('the documents of events of one’s own are valid, and hold their schemas', async () => {
  const text = readFileSync(new URL('asyncapi.json', own), 'utf8');
  const { document, diagnostics } = await new Parser().parse(text);
  const faults = diagnostics.filter(({ severity }) => severity === DiagnosticSeverity.Error);
  assert.deepEqual(faults.map(({ path, message }) => `${path.join('/')}: ${message}`), []);
  const messages = document.operations().get('receiveDelivery').messages().all();
  assert.deepEqual(messages.map((message) => message.name()).sort(), ['com.example.order.closed', 'com.example.order.placed']);
  const { valid, errors } = await new Validator().validate(JSON.parse(readFileSync(new URL('openapi.json', own), 'utf8')));
  assert.ok(valid, JSON.stringify(errors, null, 2));
});
