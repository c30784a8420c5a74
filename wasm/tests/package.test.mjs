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
const run = (program, words, options) =>
  execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });

let folder;
let tarball;
let files;

before(() => {
  mkdirSync(path('../../target'), { recursive: true });
  folder = mkdtempSync(path('../../target/npm-'));
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: path('../package') }),
  );
  tarball = `${folder}/${packed.filename}`;
  files = packed.files.map(({ path }) => path);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('everything that is exported is in the tarball, and nothing besides what is meant to be', () => {
  const { exports, files: listed, main, types } = JSON.parse(readFileSync(path('../package/package.json'), 'utf8'));
  assert.deepEqual(listed, ['dist', 'LICENSE-APACHE', 'LICENSE-MIT']);
  const targets = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(targets));
  const exported = [main, types, ...targets(exports)]
    .map((file) => file.slice('./'.length))
    .filter((file) => !file.includes('*'));
  assert.ok(exported.length > 20, `${exported.length}`);
  for (const file of [...exported, 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'dist/schemas/index.json'])
    assert.ok(files.includes(file), file);
  const others = files.filter((file) => !/^(dist\/|README\.md$|LICENSE-(MIT|APACHE)$|package\.json$)/.test(file));
  assert.deepEqual(others, []);
});

test('publint has nothing to say', () => {
  const said = run(bin('publint'), ['run', tarball, '--strict']);
  assert.match(said, /All good!/);
});

test('are the types wrong? no', () => {
  const check = (words) => run(bin('attw'), [tarball, ...words]);
  // It exits with an error where it finds any. The other entries are no code.
  assert.match(
    check(['--exclude-entrypoints', './file', './wasm', './rules.json', './schemas/*']),
    /node16 \(from CJS\).*🟢 \(CJS\)/,
  );
  // The file form is for ES modules alone.
  assert.match(check(['--profile', 'esm-only', '--entrypoints', './file']), /node16 \(from ESM\).*🟢 \(ESM\)/);
});

test('the types accept what is right and nothing else', () => {
  run(bin('tsc'), ['-p', path('types')]);
});

test('subpaths are found from outside', () => {
  const require = createRequire(import.meta.url);
  for (const name of [
    'wasm',
    'rules.json',
    'package.json',
    'schemas/index.json',
    'schemas/amlyze/com.amlyze.customer.updated.schema.json',
  ]) {
    assert.ok(readFileSync(require.resolve(`hookvet/${name}`)).length > 0, name);
  }
});

test('no code is made at run time, and the loader is small', () => {
  for (const name of ['node', 'browser', 'workerd', 'edge', 'file-node', 'file-browser']) {
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

test('the scripts that carry the module carry that of the file', async () => {
  const bytes = readFileSync(path('../package/dist/hookvet.wasm'));
  const [node, browser] = await Promise.all(
    ['embedded', 'embedded-browser'].map((name) => import(path(`../package/dist/${name}.js`))),
  );
  assert.deepEqual(Buffer.from(node.default()), bytes);
  assert.deepEqual(Buffer.from(await browser.default().arrayBuffer()), bytes);
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
