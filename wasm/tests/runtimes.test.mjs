// The package under Node, Deno and Bun, installed as its users install it: they say the same, byte for byte.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bun, deno } from './consumers/programs.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const run = (program, words, options) =>
  execFileSync(program, words, { encoding: 'utf8', maxBuffer: 2 ** 26, ...options });

let room;

before(() => {
  mkdirSync(path('../../target'), { recursive: true });
  room = mkdtempSync(path('../../target/runtimes-'));
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', room], { cwd: path('../package') }),
  );
  writeFileSync(`${room}/package.json`, '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: room });
  const readme = readFileSync(path('../package/README.md'), 'utf8');
  [...readme.matchAll(/^```js\n(.*?)^```$/gms)].forEach(([, code], i) => writeFileSync(`${room}/readme${i}.mjs`, code));
  copyFileSync(path('runtimes/program.mjs'), `${room}/program.mjs`);
});

after(() => rmSync(room, { recursive: true, force: true }));

// Nothing is downloaded: the package has no dependencies, and Deno reads it where npm has put it.
const runtimes = {
  Node: (file) => run(process.execPath, [file], { cwd: room }),
  Deno: (file) =>
    run(
      deno(),
      ['run', '--quiet', '--no-prompt', '--no-remote', '--node-modules-dir=manual', `--allow-read=${room}`, file],
      {
        cwd: room,
        env: { ...process.env, DENO_DIR: `${room}/deno`, DENO_NO_UPDATE_CHECK: '1' },
      },
    ),
  Bun: (file) => run(bun(), ['--no-install', 'run', file], { cwd: room }),
};

let expected;

for (const [name, start] of Object.entries(runtimes)) {
  test(`${name} gives the verdicts that Node gives, byte for byte`, () => {
    const said = start('program.mjs');
    expected ??= said;
    const lines = said.trim().split('\n');
    lines.forEach((line, i) => assert.equal(line, expected.split('\n')[i]));
    assert.equal(said, expected);
    assert.ok(lines.length > 60, `${lines.length} lines`);
    console.log(`# ${name}: ${lines.length} lines compared`);
  });

  test(`${name} runs the README's examples`, () => {
    for (const file of ['readme0.mjs', 'readme1.mjs']) start(file);
  });
}
