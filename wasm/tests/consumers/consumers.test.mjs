// The package in the toolchains of its users: packed, installed, built, and run to a verdict.
//
// Versions are pinned in package.json, a line each; the ones that are run are printed.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bun, deno } from './programs.mjs';

const EXPECTED = '204 com.amlyze.customer.updated, 422 AMLYZE-D04';
const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, 'out');
const bin = (name) => join(here, 'node_modules/.bin', name);
const require = createRequire(import.meta.url);
const version = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;

/** Nothing asks for news, and nothing tells anybody what was run. */
const env = {
  ...process.env,
  CI: '1',
  DENO_DIR: join(out, 'deno'),
  DENO_NO_UPDATE_CHECK: '1',
  DO_NOT_TRACK: '1',
  EXPECTED,
  NEXT_TELEMETRY_DISABLED: '1',
  NODE_OPTIONS: '',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_LOG_PATH: join(out, 'wrangler.log'),
  WRANGLER_SEND_METRICS: 'false',
};

async function run(program, words, options) {
  try {
    const { stdout } = await promisify(execFile)(program, words, {
      cwd: here,
      env,
      maxBuffer: 2 ** 26,
      timeout: 180_000,
      ...options,
    });
    return stdout.trim();
  } catch (error) {
    throw new Error(`${program} ${words.join(' ')}: ${error.code ?? error.signal}\n${error.stdout}\n${error.stderr}`);
  }
}

const node = (...words) => run(process.execPath, words);

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
let host;
let browser;

before(async () => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const [{ filename }] = JSON.parse(
    await run('npm', ['pack', '--json', '--pack-destination', out], { cwd: join(here, '../../package') }),
  );
  // One of another build has the same version.
  rmSync(join(here, 'node_modules/hookvet'), { recursive: true, force: true });
  await run('npm', [
    'install',
    '--no-save',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    join(out, filename),
  ]);
  host = createServer((request, response) => {
    const path = normalize(join(out, decodeURIComponent(new URL(request.url, 'http://x').pathname)));
    const isPage = path.endsWith('.js.html');
    if (!path.startsWith(out) || !(isPage || existsSync(path))) return void response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    // As on a site that lets no script be made at run time. Only the file is fetched.
    const connect = path.includes('-file/') ? "'self'" : "'none'";
    response.setHeader(
      'content-security-policy',
      `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${connect}`,
    );
    // `NAME.js.html` is a page with that script, and `NAME.worker.js.html` one that starts it as a worker.
    const script = path.slice(path.lastIndexOf('/') + 1, -'.html'.length);
    if (isPage)
      return void response.end(`<!doctype html><title></title><script type="module" src="./${script}"></script>`);
    return void response.end(readFileSync(path));
  });
  await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve));
  const { chromium } = await import('playwright-core');
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args,
  });
});

after(async () => {
  await browser?.close();
  await new Promise((resolve) => (host ? host.close(resolve) : resolve()));
  rmSync(out, { recursive: true, force: true });
});

/** What the page at an address comes to. */
async function titleOf(address) {
  const page = await browser.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('requestfailed', (request) => faults.push(`${request.url()} failed`));
  try {
    await page.goto(address);
    await page.waitForFunction(() => document.title !== '', undefined, { timeout: 30_000 });
    return await page.title();
  } catch (error) {
    throw new Error(`${address}: ${[error.message, ...faults].join('\n')}`);
  } finally {
    await page.close();
  }
}

const at = (path) => `http://127.0.0.1:${host.address().port}/${path}`;

/** The titles of pages that start a script as a worker, and show what it posts. */
function workerPage(folder, script) {
  writeFileSync(
    join(out, folder, 'start.js'),
    `const worker = new Worker('./${script}'); worker.onmessage = ({ data }) => { document.title = data; }; worker.onerror = (error) => { document.title = error.message; };`,
  );
  return titleOf(at(`${folder}/start.js.html`));
}

const consumer = (name, run) =>
  test(name, async () => {
    await run();
    console.log(`# ${name}: ${EXPECTED}`);
  });

consumer(`Node ${process.versions.node}: import, from the script and from the file`, async () => {
  assert.equal(await node('server.js'), EXPECTED);
  assert.equal(await node('server-file.js'), EXPECTED);
});

consumer(`Node ${process.versions.node}: require, also where it cannot load modules`, async () => {
  assert.equal(await node('required.cjs'), EXPECTED);
  assert.equal(await node('--no-experimental-require-module', 'required.cjs'), EXPECTED);
});

test('an import alone compiles nothing', async () => {
  for (const name of ['hookvet', 'hookvet/file']) {
    const script = `WebAssembly.Module = class { constructor() { throw new Error('compiled'); } };
      const { schema, Vetter } = await import('${name}');
      await schema('DOCVER');
      try { new Vetter('amlyze'); } catch (error) { console.log(error.message); }`;
    assert.equal(await node('--input-type=module', '--eval', script), 'compiled');
  }
});

consumer(`Bun ${version('bun')}: run, build and compile`, async () => {
  assert.equal(await run(bun(), ['--no-install', 'server.js']), EXPECTED);
  await run(bun(), ['build', 'server.js', '--target=bun', `--outdir=${out}/bun`]);
  assert.equal(await run(bun(), [`${out}/bun/server.js`], { cwd: out }), EXPECTED);
  await run(bun(), ['build', 'server.js', '--target=node', `--outdir=${out}/bun-node`]);
  assert.equal(await node(`${out}/bun-node/server.js`), EXPECTED);
  await run(bun(), ['build', 'server.js', '--compile', `--outfile=${out}/bun-program`]);
  assert.equal(await run(`${out}/bun-program`, [], { cwd: out }), EXPECTED);
});

consumer(`Deno ${version('deno')}`, async () => {
  const words = [
    'run',
    '--quiet',
    '--no-prompt',
    '--no-remote',
    '--node-modules-dir=manual',
    `--allow-read=${here}`,
    'server.js',
  ];
  assert.equal(await run(deno(), words), EXPECTED);
});

consumer(`esbuild ${version('esbuild')}: browser, esm and cjs`, async () => {
  const { build } = await import('esbuild');
  const options = { absWorkingDir: here, bundle: true, logLevel: 'silent' };
  await build({ ...options, entryPoints: ['page.js'], outdir: `${out}/esbuild`, format: 'esm', splitting: true });
  assert.equal(await titleOf(at('esbuild/page.js.html')), EXPECTED);
  await build({ ...options, entryPoints: ['page.js'], outfile: `${out}/esbuild/whole.js`, format: 'iife' });
  assert.equal(await titleOf(at('esbuild/whole.js.html')), EXPECTED);
  for (const [format, entry, file] of [
    ['esm', 'server.js', 'server.mjs'],
    ['cjs', 'server.js', 'server.cjs'],
    ['cjs', 'required.cjs', 'required.cjs'],
  ]) {
    await build({ ...options, entryPoints: [entry], outfile: `${out}/esbuild/${file}`, platform: 'node', format });
    assert.equal(await node(`${out}/esbuild/${file}`), EXPECTED);
  }
});

consumer(`Rollup ${version('rollup')}: browser and Node`, async () => {
  const { rollup } = await import('rollup');
  const { nodeResolve } = await import('@rollup/plugin-node-resolve');
  for (const [input, options] of [
    ['page', { browser: true }],
    ['server', { exportConditions: ['node'] }],
  ]) {
    const bundle = await rollup({ input: join(here, `${input}.js`), plugins: [nodeResolve(options)] });
    await bundle.write({ dir: `${out}/rollup-${input}`, format: 'es' });
    await bundle.close();
  }
  assert.equal(await titleOf(at('rollup-page/page.js.html')), EXPECTED);
  writeFileSync(`${out}/rollup-server/package.json`, '{ "type": "module" }');
  assert.equal(await node(`${out}/rollup-server/server.js`), EXPECTED);
});

consumer(`webpack ${version('webpack')}: web, webworker and Node`, async () => {
  const webpack = require('webpack');
  const targets = [
    ['web', 'page'],
    ['web', 'page-file'],
    ['webworker', 'worker'],
    ['node', 'server'],
  ];
  const configurations = targets.map(([target, entry]) => ({
    mode: 'production',
    target,
    context: here,
    entry: `./${entry}.js`,
    output: {
      path: `${out}/webpack-${entry}`,
      filename: target === 'node' ? 'main.cjs' : 'main.js',
      publicPath: target === 'node' ? undefined : 'auto',
    },
    performance: { hints: false },
    // The package has the same version whatever is in it.
    snapshot: { managedPaths: [] },
  }));
  const stats = await promisify(webpack)(configurations);
  assert.equal(
    stats.hasErrors() || stats.hasWarnings(),
    false,
    stats.toString({ all: false, errors: true, warnings: true }),
  );
  assert.equal(await titleOf(at('webpack-page/main.js.html')), EXPECTED);
  assert.equal(await titleOf(at('webpack-page-file/main.js.html')), EXPECTED);
  assert.equal(await workerPage('webpack-worker', 'main.js'), EXPECTED);
  assert.equal(await node(`${out}/webpack-server/main.cjs`), EXPECTED);
});

for (const name of ['vite5', 'vite6', 'vite', 'vite8']) {
  consumer(`Vite ${version(name)}: dev, build and SSR`, async () => {
    const { build, createServer } = await import(name);
    const options = {
      root: join(here, 'vite'),
      base: './',
      cacheDir: `${out}/${name}-cache`,
      configFile: false,
      logLevel: 'error',
    };
    await build({
      ...options,
      build: { outDir: `${out}/${name}`, emptyOutDir: true, modulePreload: { polyfill: false } },
    });
    assert.equal(await titleOf(at(`${name}/index.html`)), EXPECTED);
    const ssr = { outDir: `${out}/${name}-ssr`, emptyOutDir: true, ssr: join(here, 'server.js') };
    await build({ ...options, build: ssr, ssr: { noExternal: true } });
    writeFileSync(`${ssr.outDir}/package.json`, '{ "type": "module" }');
    assert.equal(await node(`${ssr.outDir}/server.js`), EXPECTED);
    const inDev = async (more) => {
      const server = await createServer({
        ...options,
        ...more,
        base: '/',
        server: { host: '127.0.0.1', port: 0, hmr: false, fs: { allow: [here] } },
      });
      try {
        await server.listen();
        return await titleOf(`http://127.0.0.1:${server.httpServer.address().port}/`);
      } finally {
        await server.close();
      }
    };
    assert.equal(await inDev({}), EXPECTED);
    if (name !== 'vite') return;
    // The file, which that server moves the package away from.
    const file = { root: join(here, 'vite-file'), cacheDir: `${out}/${name}-file-cache` };
    assert.match(await inDev(file), /add hookvet to optimizeDeps\.exclude/);
    assert.equal(await inDev({ ...file, optimizeDeps: { exclude: ['hookvet'] } }), EXPECTED);
  });
}

consumer(
  `Vitest ${version('vitest')}: node, jsdom ${version('jsdom')} and happy-dom ${version('happy-dom')}`,
  async () => {
    for (const environment of ['node', 'jsdom', 'happy-dom']) {
      const said = await node(
        'node_modules/vitest/vitest.mjs',
        'run',
        '--root=vitest',
        '--no-cache',
        '--globals',
        `--environment=${environment}`,
        '--reporter=json',
      );
      const { numPassedTests, success } = JSON.parse(said.slice(said.indexOf('{')));
      assert.deepEqual([environment, success, numPassedTests], [environment, true, 2]);
    }
  },
);

consumer(`Jest ${version('jest')}: required, and imported`, async () => {
  const jest = (file, ...words) =>
    run(process.execPath, [
      ...words,
      'node_modules/jest/bin/jest.js',
      '--rootDir=jest',
      '--no-cache',
      '--json',
      '--testMatch',
      `**/${file}`,
    ]);
  for (const said of [
    await jest('required.test.cjs'),
    await jest('esm.test.mjs', '--experimental-vm-modules', '--no-warnings'),
  ]) {
    assert.equal(JSON.parse(said).numPassedTests, 1, said);
  }
});

consumer(`wrangler ${version('wrangler')}: dry run, and the result in workerd`, async () => {
  await run(bin('wrangler'), ['deploy', '--dry-run', `--outdir=${out}/wrangler`, '--config=wrangler/wrangler.json']);
  const { Miniflare } = require('miniflare');
  const worker = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: true,
    modulesRoot: `${out}/wrangler`,
    modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
    rootPath: `${out}/wrangler`,
    scriptPath: 'worker.js',
  });
  try {
    const answer = await worker.dispatchFetch('http://localhost/');
    assert.equal(await answer.text(), EXPECTED);
  } finally {
    await worker.dispose();
  }
});

for (const [bundler, flag, paths] of [
  ['Turbopack', '--turbopack', ['api', 'edge']],
  ['webpack', '--webpack', ['api']],
]) {
  consumer(`Next ${version('next')} with ${bundler}: page and routes (${paths})`, async () => {
    const options = { cwd: join(here, 'next'), env: { ...env, NEXT_DIST: `../out/next-${bundler}` } };
    await run(bin('next'), ['build', flag], options);
    const server = spawn(
      process.execPath,
      [require.resolve('next/dist/bin/next'), 'start', '--hostname', '127.0.0.1', '--port', '0'],
      { ...options, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const address = await new Promise((resolve, reject) => {
        let text = '';
        server.on('exit', () => reject(new Error(`next start ended: ${text}`)));
        server.stdout.on('data', (chunk) => {
          text += chunk;
          const [found] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(text) ?? [];
          if (found) resolve(found);
        });
      });
      for (const path of paths) assert.equal(await (await fetch(`${address}/${path}`)).text(), EXPECTED, path);
      assert.equal(await titleOf(address), EXPECTED);
    } finally {
      server.kill();
    }
  });
}

consumer(`TypeScript ${version('typescript')}: nodenext, bundler and node20, libraries checked`, async () => {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  };
  const without = { lib: ['es2022'], files: ['usage.ts', 'required.cts'] };
  const browsers = { lib: ['es2022', 'dom', 'dom.iterable'], files: ['usage.ts', 'platform.ts'] };
  const servers = { lib: ['es2022'], types: ['node'], files: ['usage.ts', 'platform.ts'] };
  const projects = [
    ['nodenext', 'nodenext', { without, browsers, servers }],
    ['node20', 'node16', { without, browsers }],
    ['preserve', 'bundler', { without, browsers }],
  ].flatMap(([module, moduleResolution, forms]) =>
    Object.entries(forms).map(([name, { files, ...more }]) => {
      const project = join(out, `tsconfig.${module}.${name}.json`);
      const options = { ...compilerOptions, module, moduleResolution, ...more };
      writeFileSync(
        project,
        JSON.stringify({ compilerOptions: options, files: files.map((file) => `../types/${file}`) }),
      );
      return project;
    }),
  );
  await Promise.all(projects.map((project) => node('node_modules/typescript/bin/tsc', '--project', project)));
});
