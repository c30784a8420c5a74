// From reading the file to the first verdict, in this process alone. Prints milliseconds.
//
//   node first.mjs hookvet | ajv-standalone MODULE NAME

import { readFileSync } from 'node:fs';

const [which, module, name] = process.argv.slice(2);
const input = JSON.parse(readFileSync(0, 'utf8'));
const body = new TextEncoder().encode(input.example);
const start = performance.now();
if (which === 'hookvet') {
  const { Vetter } = await import(module);
  const verdict = new Vetter(input.vendor, { allowUnsigned: true }).vet(input.headers, body);
  if (!verdict.accepted) throw new Error(verdict.text());
} else {
  const validate = (await import(module))[name];
  if (!validate(JSON.parse(new TextDecoder().decode(body)))) throw new Error('not valid');
}
console.log(performance.now() - start);
