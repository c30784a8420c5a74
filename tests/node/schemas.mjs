// What the checks share: the published files, and ajv set up for either draft.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const schemas = `${root}schemas/`;

export const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The schemas' names, as `vendor/name`. */
export const names = ['amlyze', 'dataspike'].flatMap((vendor) =>
  readdirSync(`${schemas}${vendor}`)
    .filter((file) => file.endsWith('.schema.json'))
    .map((file) => `${vendor}/${file.slice(0, -'.schema.json'.length)}`),
);

/** The examples in a folder below `schemas/examples`, each with its path and the name of its schema. */
export const examples = (folder) =>
  ['amlyze', 'dataspike'].flatMap((vendor) =>
    readdirSync(`${schemas}examples/${folder}${vendor}`).map((file) => {
      const path = `examples/${folder}${vendor}/${file}`;
      const example = json(schemas + path);
      return { path, schema: `${vendor}/${example.type ?? example.document}`, example };
    }),
  );

/** The part of an example that its schema describes. */
export const described = (example) =>
  example.headers?.[0][1] === 'application/cloudevents+json' ? example.body.data : example.body;

/** ajv for either draft, as it is by default but for `options`; by default no `format` is known, which it throws at. */
export const plain = {
  '2020-12': (options) => addFormats(new Ajv2020(options)),
  'draft-07': (options) => addFormats(new Ajv(options)),
};

/** A function from a schema's name to ajv's compiled validator of it, which finds everything. */
export const drafts = {
  '2020-12': compiler('2020-12', ''),
  'draft-07': compiler('draft-07', 'draft-07/'),
};

function compiler(draft, folder) {
  const ajv = plain[draft]({ allErrors: true, allowUnionTypes: true });
  const compiled = new Map();
  return (name) => {
    if (!compiled.has(name)) compiled.set(name, ajv.compile(json(`${schemas}${folder}${name}.schema.json`)));
    return compiled.get(name);
  };
}

/** What ajv finds, as a sorted list of texts `pointer keyword`, each once. */
export function found(validate, document) {
  if (validate(document)) return [];
  return distinct(
    validate.errors
      // Besides what `then` finds, ajv says that the `if` it belongs to failed.
      .filter(({ keyword }) => keyword !== 'if')
      .map(({ instancePath, keyword }) => [instancePath, keyword]),
  );
}

/** Pairs of pointer and keyword, each once, in an order. */
export const distinct = (pairs) => [...new Set(pairs.map(([pointer, keyword]) => `${pointer} ${keyword}`))].sort();
