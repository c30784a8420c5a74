// What the tests share: a request in the form of the case files, judged through the package.

import { readdirSync, readFileSync } from 'node:fs';

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

export { judge } from './requests.mjs';
