// The package as it would be published: what is in it, what tools say about it, its types, and its README.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bin = (name) => path(`../node_modules/.bin/${name}`);
const run = (program, words, options) => execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });

let folder;
let tarball;
let files;

before(() => {
  mkdirSync(path('../../target'), { recursive: true });
  folder = mkdtempSync(path('../../target/npm-'));
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: path('../package') }));
  tarball = `${folder}/${packed.filename}`;
  files = packed.files.map(({ path }) => path);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('everything that is exported is in the tarball, and nothing besides what is meant to be', () => {
  for (const file of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'dist/hookvet.wasm', 'dist/index.d.ts', 'dist/events.d.ts']) {
    assert.ok(files.includes(file), file);
  }
  for (const file of ['node.js', 'browser.js', 'workerd.js', 'schemas.js', 'examples.js', 'rules.js', 'rules.json', 'schemas/index.json']) {
    assert.ok(files.includes(`dist/${file}`), file);
  }
  const others = files.filter((file) => !/^(dist\/|README\.md$|LICENSE-(MIT|APACHE)$|package\.json$)/.test(file));
  assert.deepEqual(others, []);
});

test('publint has nothing to say', () => {
  const said = run(bin('publint'), ['run', tarball, '--strict']);
  assert.match(said, /All good!/);
});

test('are the types wrong? no', () => {
  // Only ES modules, so require() of old resolvers is out; and two entries are no code.
  const words = [tarball, '--profile', 'esm-only', '--exclude-entrypoints', './wasm', './rules.json', './schemas/*'];
  // It exits with an error where it finds any.
  assert.match(run(bin('attw'), words), /node16 \(from ESM\).*🟢 \(ESM\)/);
});

test('the types accept what is right and nothing else', () => {
  run(bin('tsc'), ['-p', path('types')]);
});

test('subpaths are found from outside', () => {
  const require = createRequire(import.meta.url);
  for (const name of ['wasm', 'rules.json', 'package.json', 'schemas/index.json', 'schemas/amlyze/com.amlyze.customer.updated.schema.json']) {
    assert.ok(readFileSync(require.resolve(`hookvet/${name}`)).length > 0, name);
  }
});

test('no code is made at run time, and the loader is small', () => {
  for (const name of ['node', 'browser', 'workerd']) {
    const text = readFileSync(path(`../package/dist/${name}.js`));
    assert.ok(!/\beval\(|new Function\(/.test(text.toString()), name);
    assert.ok(gzipSync(text, { level: 9 }).length <= 5 * 1024, name);
  }
});

test('no path of a machine is in the module', () => {
  const text = readFileSync(path('../package/dist/hookvet.wasm')).toString('latin1');
  const found = text.match(/\/(home|root|tmp|work|usr|build|Users)\/[\w./-]*/g);
  assert.equal(found, null);
  assert.ok(!text.includes(path('../..')), 'this folder');
});

test('the README runs as it stands', () => {
  const readme = readFileSync(path('../package/README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```(js|ts)\n(.*?)^```$/gms)];
  assert.ok(blocks.length >= 3, `${blocks.length} blocks`);
  const room = mkdtempSync(path('readme-'));
  try {
    blocks.forEach(([, language, code], i) => {
      if (language === 'ts') {
        writeFileSync(`${room}/block${i}.ts`, code);
        return;
      }
      writeFileSync(`${room}/block${i}.mjs`, code);
      run(process.execPath, [`${room}/block${i}.mjs`]);
    });
    writeFileSync(`${room}/tsconfig.json`, JSON.stringify({ extends: path('types/tsconfig.json'), include: ['*.ts'] }));
    run(bin('tsc'), ['-p', room]);
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
});
