// What the tests share: a request in the form of the case files, judged through the package.

import { readFileSync, readdirSync } from 'node:fs';

export const root = new URL('../../', import.meta.url);

/** The list of cases in a file of `tests/cases`. */
export const cases = (file) => JSON.parse(readFileSync(new URL(`tests/cases/${file}`, root), 'utf8'));

/** Every golden verdict: its file, its request, and the very text of the verdict. */
export const golden = () => {
  const folder = new URL('tests/cases/golden/', root);
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      const expected = text.slice(text.indexOf('\n  "verdict": ') + '\n  "verdict": '.length, -'\n}\n'.length);
      return { file, request: JSON.parse(text).request, expected };
    });
};

const decoded = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** The verdict of a request in the form that `hookvet check --jsonl` takes. */
export function judge({ Vetter }, request) {
  const { vendor, policy, rules, secrets, headers, body = '', body_base64: encoded, now = 0, reveal } = request;
  const solicitBatches = request.batches ?? vendor === 'cloudevents';
  const options = { policy, rules, secrets, reveal, solicitBatches, allowUnsigned: true, now: () => now };
  const vetter = new Vetter(vendor, options);
  try {
    const verdict = vetter.vet(headers, encoded === undefined ? body : decoded(encoded));
    // While the vetter still is there, and while the instance holds the verdict.
    verdict.text();
    return verdict;
  } finally {
    vetter.free();
  }
}
