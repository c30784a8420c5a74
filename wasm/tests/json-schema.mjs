// The official JSON Schema Test Suite through the package: node wasm/tests/json-schema.mjs FOLDER
//
// A schema outside the subset is an error of the code `schema` and is counted; every test of all others has to come out as the suite has it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HookvetError, Vetter } from 'hookvet';

const drafts = {
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
  'draft2019-09': 'https://json-schema.org/draft/2019-09/schema',
  draft7: 'http://json-schema.org/draft-07/schema#',
  draft6: 'http://json-schema.org/draft-06/schema#',
  draft4: 'http://json-schema.org/draft-04/schema#',
};
const type = 'org.json-schema.test';
const headers = {
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': '/suite',
  'ce-type': type,
  'content-type': 'application/json',
};
const folder = process.argv[2];
if (folder === undefined) throw new TypeError('expected the folder of the suite');
let [all, failed] = [0, 0];

const vetterOf = (schema) => {
  try {
    return new Vetter('cloudevents', { schemas: { [type]: schema } });
  } catch (error) {
    if (error instanceof HookvetError && error.code === 'schema') return undefined;
    throw error;
  }
};

for (const [draft, $schema] of Object.entries(drafts)) {
  let [passed, outside] = [0, 0];
  const files = ['', 'optional/format'].flatMap((below) =>
    readdirSync(join(folder, 'tests', draft, below))
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(below, name)),
  );
  for (const file of files) {
    // Formats are asserted here, which this one file says the later drafts do not do by themselves.
    if (file === 'format.json') continue;
    for (const group of JSON.parse(readFileSync(join(folder, 'tests', draft, file), 'utf8'))) {
      const schema = typeof group.schema === 'object' ? { $schema, ...group.schema } : group.schema;
      const vetter = vetterOf(schema);
      if (vetter === undefined) outside += group.tests.length;
      for (const { description, data, valid } of vetter === undefined ? [] : group.tests) {
        if (vetter.vet(headers, JSON.stringify(data)).accepted === valid) passed += 1;
        else {
          failed += 1;
          console.log(`not ok - ${draft} | ${file} | ${group.description} | ${description}`);
        }
      }
      vetter?.free?.();
    }
  }
  all += passed;
  console.log(
    `${draft.padEnd(14)} ${String(passed).padStart(5)} passed ${String(outside).padStart(5)} outside the subset`,
  );
}
console.log(`# pass ${all}`);
process.exitCode = failed === 0 ? 0 : 1;
