// Every published schema in other tools, each as it behaves by default: it loads, and where the tool validates, it takes the
// accepted examples and refuses the refused ones.
//
// A keyword that a tool does not look at stands in `IGNORED` with the reason, and so does an example that it takes for a reason of
// its own; an entry that nothing needs any more fails.

import assert from 'node:assert/strict';
import test from 'node:test';
import { registerSchema, validate } from '@hyperjump/json-schema/draft-2020-12';
import '@hyperjump/json-schema/draft-07';
import { compile } from 'json-schema-to-typescript';
import { InputData, JSONSchemaInput, quicktype } from 'quicktype-core';
import { described, examples, json, names, plain, schemas } from './schemas.mjs';

const IGNORED = {
  ajv: {},
  hyperjump: { format: 'a remark by default; another import switches it on' },
  quicktype: {
    format: 'dates and UUIDs are text in the code that it writes',
    required: 'a payload that may be empty is an if with a then, which it does not read',
    minLength: 'no limit is in the code that it writes',
    maxLength: 'no limit is in the code that it writes',
    'examples/refused/dataspike/DOCVER_CHECKS.3.json': 'an integer is any number in JavaScript',
  },
};

const folders = { '2020-12': '', 'draft-07': 'draft-07/' };

/** The files of a draft, as `[name, schema]`. */
const files = (draft) => names.map((name) => [name, json(`${schemas}${folders[draft]}${name}.schema.json`)]);

/** Holds `takes`, a function from a schema's name and a document to a boolean, to the examples. */
function holds(tool, takes) {
  const accepted = examples('');
  assert.ok(accepted.length >= 70, `${accepted.length} examples`);
  for (const { path, schema, example } of accepted)
    assert.ok(takes(schema, described(example)), `${tool} refuses ${path}`);
  const refused = examples('refused/');
  assert.ok(refused.length >= 50, `${refused.length} examples`);
  const needed = new Set();
  for (const { path, schema, example } of refused) {
    if (!takes(schema, example.body)) continue;
    const broken = example.findings.map(({ rule }) => rule).filter((rule) => rule.startsWith('SCHEMA-'));
    const ignored = path in IGNORED[tool] ? [path] : broken.map((rule) => rule.slice('SCHEMA-'.length));
    for (const one of ignored) assert.ok(one in IGNORED[tool], `${tool} takes ${path}`);
    ignored.forEach((one) => needed.add(one));
  }
  assert.deepEqual([...needed].sort(), Object.keys(IGNORED[tool]).sort(), `${tool} ignores less than is written here`);
}

for (const draft of Object.keys(folders)) {
  test(`ajv with its defaults, ${draft}`, (context) => {
    const warned = context.mock.method(console, 'warn', () => {});
    const compiled = new Map(files(draft).map(([name, schema]) => [name, plain[draft]().compile(schema)]));
    assert.equal(compiled.size, names.length);
    holds('ajv', (name, document) => compiled.get(name)(document));
    // A word or a number is documented there. ajv takes it, and says that it would rather not.
    const unions = ['dataspike:AML_SCREENING:1', 'dataspike:applicant:1'];
    const places = warned.mock.calls.map(
      ({ arguments: [text] }) => text.match(/"urn:hookvet:(.*?)(:draft-07)?#\/properties\/mode" \(strictTypes\)/)?.[1],
    );
    assert.deepEqual(places.sort(), unions);
  });

  test(`hyperjump with its defaults, ${draft}`, async () => {
    const compiled = new Map();
    for (const [name, schema] of files(draft)) {
      registerSchema(schema);
      compiled.set(name, await validate(schema.$id));
    }
    holds('hyperjump', (name, document) => compiled.get(name)(document).valid);
  });

  test(`json-schema-to-typescript with its defaults, ${draft}`, async () => {
    for (const [name, schema] of files(draft)) {
      const written = await compile(structuredClone(schema), 'Delivery');
      const members = Object.keys(schema.properties ?? {});
      for (const member of members)
        assert.match(written, new RegExp(`^  "?${member}"?\\??:`, 'm'), `${name}: ${member}`);
      assert.match(written, /^export (interface|type) /m, name);
    }
  });

  test(`quicktype with its defaults, ${draft}`, async () => {
    const readers = new Map();
    for (const [name, schema] of files(draft)) readers.set(name, await reader(JSON.stringify(schema)));
    holds('quicktype', (name, document) => {
      try {
        readers.get(name)(JSON.stringify(document));
        return true;
      } catch (error) {
        assert.match(String(error), /Invalid value/, name);
        return false;
      }
    });
  });
}

/** The reader of a document that quicktype writes for a schema. */
async function reader(schema) {
  const input = new JSONSchemaInput(undefined);
  await input.addSource({ name: 'Delivery', schema });
  const inputData = new InputData();
  inputData.addInput(input);
  const { lines } = await quicktype({ inputData, lang: 'javascript' });
  const module = { exports: {} };
  new Function('module', lines.join('\n'))(module);
  return module.exports.toDelivery;
}
