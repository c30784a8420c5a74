// Deno and Bun, which npm brings as a package for each kind of machine.

import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('node_modules/', import.meta.url));

/** Bun moves its program when it is installed, where scripts may run then. */
export const bun = () => program('@oven', 'bin/bun', 'bun/bin/bun.exe');

export const deno = () => program('@deno', 'deno', 'deno/deno');

function program(scope, file, moved) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const found = [...readdirSync(modules + scope).map((own) => `${scope}/${own}/${file}${suffix}`), moved].find((path) =>
    existsSync(modules + path),
  );
  if (found === undefined)
    throw new Error(`expected a program for this machine in node_modules/${scope}, but found none`);
  return modules + found;
}
