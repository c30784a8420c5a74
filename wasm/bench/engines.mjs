// The validators that are measured, each with the same forty schemas, and each as its documentation has it run fastest.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import { validator } from '@exodus/schemasafe';
import Ajv2020 from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import addFormats from 'ajv-formats';
import { build } from 'esbuild';

export const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const out = path('../../target/bench-wasm/');

const index = JSON.parse(readFileSync(path('../../schemas/index.json'), 'utf8'));

/** Every event's schema by `vendor/type`, without what no validator reads. */
export const schemas = Object.fromEntries(
  index.events.map(({ vendor, type, schema }) => {
    const text = readFileSync(path(`../../schemas/${schema.path}`), 'utf8');
    const bare = (key, value) =>
      ['$comment', 'description', 'title'].includes(key) && typeof value !== 'object' ? undefined : value;
    return [`${vendor}/${type}`, JSON.parse(text, bare)];
  }),
);

function ajv(options) {
  const made = new Ajv2020({ allowUnionTypes: true, ...options });
  addFormats(made);
  return made;
}

/** Writes ajv's standalone code of all schemas, bundled and minified, and gives its path. */
export async function standalone() {
  mkdirSync(out, { recursive: true });
  const made = ajv({ code: { source: true, esm: true, lines: false }, inlineRefs: true });
  const ids = {};
  Object.entries(schemas).forEach(([, schema], i) => {
    made.addSchema(schema, schema.$id);
    ids[`v${i}`] = schema.$id;
  });
  const code = `${standaloneCode(made, ids)}\n`;
  writeFileSync(`${out}ajv-source.mjs`, code);
  await build({
    entryPoints: [`${out}ajv-source.mjs`],
    outfile: `${out}ajv-standalone.mjs`,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    nodePaths: [path('../node_modules')],
    logLevel: 'error',
  });
  return `${out}ajv-standalone.mjs`;
}

/** ata's engine in JavaScript, with generated code or, as under a policy that forbids it, without. */
function ata(isCompiled) {
  const generator = globalThis.Function;
  // Found out once for each instance of it; both settings are of the whole realm.
  process.env.ATA_NO_NATIVE = '1';
  if (!isCompiled)
    globalThis.Function = function () {
      throw new EvalError('no code is generated here');
    };
  const require = createRequire(import.meta.url);
  for (const file of Object.keys(require.cache)) if (file.includes('ata-validator')) delete require.cache[file];
  try {
    const { Validator } = require('ata-validator');
    return Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => {
        const made = new Validator(schema);
        // The first document compiles it.
        made.isValidObject({});
        if ((made.engine() === 'codegen') !== isCompiled) throw new Error(`ata takes ${made.engine()} for ${name}`);
        return [name, (value) => made.isValidObject(value)];
      }),
    );
  } finally {
    globalThis.Function = generator;
  }
}

/** From a schema's name to a function of the parsed document, for each engine. */
export async function engines() {
  const compiled = ajv({});
  const generated = await import(await standalone());
  const names = Object.keys(schemas);
  const [ataCompiled, ataInterpreted] = [ata(true), ata(false)];
  return {
    ajv: (name) => compiled.compile(schemas[name]),
    'ajv standalone': (name) => generated[`v${names.indexOf(name)}`],
    '@exodus/schemasafe': (name) =>
      validator(schemas[name], {
        mode: 'default',
        allowUnusedKeywords: true,
        requireValidation: false,
        contentValidation: false,
      }),
    'ata-validator': (name) => ataCompiled[name],
    'ata-validator, interpreted': (name) => ataInterpreted[name],
    '@cfworker/json-schema': (name) => {
      const made = new Validator(schemas[name], '2020-12', true);
      return (value) => made.validate(value).valid;
    },
  };
}
