// The package in Chromium, from a server on loopback: every case under every policy, byte for byte what the native core says.
//
// The browser is `$CHROMIUM`, or what Debian calls chromium.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { golden, root } from '../cases.mjs';

const TYPES = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let server;
let context;
let page;
let profile;

before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      // As on a site that lets no script be made at run time.
      response.setHeader('content-security-policy', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
      response.end('<!doctype html><title>hookvet</title>');
      return;
    }
    try {
      // Only files of this folder; a URL has its dots resolved already.
      const file = readFileSync(fileURLToPath(new URL(`wasm${pathname}`, root)));
      response.setHeader('content-type', TYPES[pathname.split('.').pop()] ?? 'text/plain');
      response.end(file);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  profile = mkdtempSync(join(tmpdir(), 'hookvet-chromium-'));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: ARGUMENTS });
  page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
});

after(async () => {
  await context?.close();
  server?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

/** Runs requests in the page: for each its verdict and problem document, as texts. */
const judged = (requests) =>
  page.evaluate(async (list) => {
    const hookvet = await import('/package/dist/browser.js');
    const { judge } = await import('/tests/requests.mjs');
    await hookvet.init();
    return list.map((request) => {
      const verdict = judge(hookvet, request);
      return [verdict.text(), verdict.problem() ?? null];
    });
  }, requests);

test('before init the browser says what to do', async () => {
  const code = await page.evaluate(async () => {
    const { Vetter } = await import('/package/dist/browser.js');
    try {
      return new Vetter('amlyze').maxBody;
    } catch (error) {
      return error.code;
    }
  });
  assert.equal(code, 'not-ready');
});

test('every golden verdict', async () => {
  const cases = golden();
  assert.ok(cases.length > 60, `${cases.length}`);
  const texts = await judged(cases.map(({ request }) => request));
  cases.forEach(({ file, expected }, i) => assert.equal(texts[i][0], expected, file));
  console.log(`# ${cases.length} golden verdicts compared byte for byte`);
});

test('every case under every policy', async () => {
  const text = readFileSync(new URL('target/conformance.jsonl', root), 'utf8');
  const cases = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(cases.length > 1_800, `${cases.length}`);
  const texts = await judged(cases.map(({ request }) => request));
  cases.forEach(({ name, verdict, problem }, i) => assert.deepEqual(texts[i], [verdict, problem], name));
  console.log(`# ${cases.length} verdicts compared byte for byte, and as many problem documents`);
});

test('a Request is vetted, schemas are loaded, and an answer is made', async () => {
  const found = await page.evaluate(async () => {
    const { Vetter, example, rules, schema } = await import('/package/dist/browser.js');
    const { headers, body, type } = await example('com.amlyze.customer.updated');
    const { verdict } = await new Vetter('amlyze').vetRequest(new Request('/', { method: 'POST', headers, body }));
    const refused = new Vetter('amlyze').vet({}, body).response();
    return [
      verdict.accepted,
      verdict.type === type,
      refused.headers.get('content-type'),
      (await rules()).length > 100,
      (await schema('DOCVER')).$id,
    ];
  });
  assert.deepEqual(found, [true, true, 'application/problem+json', true, 'urn:hookvet:dataspike:DOCVER:1']);
});
