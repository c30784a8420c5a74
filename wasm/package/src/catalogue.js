// What there is besides verdicts: events, schemas, examples, rules, signatures.

import { content } from './input.js';
import { fault, HookvetError, outputText, ready, used, wasm, writeBytes, writeString } from './instance.js';
import { run, writePairs } from './settings.js';
import { forget } from './verdict.js';

export function events() {
  ready();
  return JSON.parse(outputText(run(() => wasm.events())));
}

/** The entry of an event in a module of texts by `vendor/type`. */
async function entry(texts, type, vendor) {
  const { default: all } = await texts;
  const names = vendor === undefined ? [`amlyze/${type}`, `dataspike/${type}`] : [`${vendor}/${type}`];
  const name = names.find((other) => Object.hasOwn(all, other));
  if (name === undefined)
    throw new HookvetError('unknown-event', 'no vendor has an event of this type; events() lists them');
  return structuredClone(all[name]);
}

export const schema = (type, vendor) => entry(import('./schemas.js'), type, vendor);

export const examples = (type, vendor) => entry(import('./examples.js'), type, vendor);

export const example = async (type, vendor) => (await examples(type, vendor))[0];

export const rules = async () => structuredClone((await import('./rules.js')).default);

export function sign(vendor, { secret, timestamp = Math.floor(Date.now() / 1000), body }) {
  ready();
  if (vendor !== 'dataspike') throw new HookvetError('unsigned', 'only Dataspike documents how deliveries are signed');
  if (typeof secret !== 'string') throw new TypeError('the secret must be a string');
  if (!Number.isSafeInteger(timestamp) || timestamp < 0)
    throw new TypeError('the timestamp must be a whole number of seconds');
  const bytes = content(body);
  forget();
  let size = bytes.length;
  if (typeof bytes === 'string') size = writeString(bytes);
  else writeBytes(bytes);
  writePairs([['secret', secret]]);
  const length = run(() => wasm.sign(2, used, size, timestamp));
  if (length < 0) throw fault(length);
  return { 'X-Webhook-Signature': outputText(length) };
}
