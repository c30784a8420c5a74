/** What the browser tests share: a file host, a receiver, a browser, and a page that tolerates no fault. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const DIST = join(ROOT, 'dist');

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The built page as any file host serves it, below a path of its own: `{ url, close }`. */
export async function fileHost() {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    if (!path.startsWith('/some/path/')) return void response.writeHead(404).end();
    const file = normalize(join(DIST, path.slice(11) || 'index.html'));
    if (!file.startsWith(DIST) || !existsSync(file)) return void response.writeHead(404).end();
    return void response
      .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
      .end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/some/path/`,
    close: () => new Promise((done) => server.close(done)),
  };
}

/** `hookvet serve` with the built page: `{ url, page, close }`, `page` with the token for the list of deliveries. The binary is named by HOOKVET_BIN. */
export async function receiver(...more) {
  const binary = process.env.HOOKVET_BIN;
  if (!binary) throw new Error('HOOKVET_BIN names no hookvet binary; `cargo xtask playground test` sets it');
  const folder = mkdtempSync(join(tmpdir(), 'hookvet-playground-'));
  const child = spawn(
    binary,
    [
      'serve',
      '--listen',
      '127.0.0.1:0',
      '--inbox',
      `sqlite:${join(folder, 'store.sqlite')}`,
      '--playground',
      DIST,
      ...more,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((done) => child.once('exit', done));
  const { listening, page } = await new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /^\{"listening":.*\}$/m.exec(text);
      if (found) done(JSON.parse(found[0]));
    });
    child.once('exit', () => fail(new Error('hookvet serve ended before it listened')));
  });
  return {
    url: `${listening}/`,
    page,
    async close() {
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where Chromium is: CHROMIUM, or the usual places of Linux. */
function executable() {
  const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error('no Chromium: install it, or name it in CHROMIUM');
  return found;
}

export function browser() {
  return chromium.launch({
    executablePath: executable(),
    headless: true,
    // Fonts of its own, so that screenshots are the same on every machine.
    env: { ...process.env, FONTCONFIG_FILE: join(ROOT, 'tests/browser/fonts.conf') },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
      '--disable-lcd-text',
      '--force-color-profile=srgb',
      '--hide-scrollbars',
    ],
  });
}

/**
 * A page at `url`, ready to judge. Errors, warnings of the console, violations of the policy and requests to any other origin
 * are collected; `checked()` fails where there are any.
 */
export async function open(
  instance,
  url,
  { width = 1280, height = 900, dark = false, fragment = '', waits = true, ...more } = {},
) {
  const context = await instance.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...more,
  });
  const page = await context.newPage();
  const faults = [];
  const requests = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.stack ?? error}`));
  page.on('request', (request) => {
    requests.push(request);
    const to = new URL(request.url());
    if (!['blob:', 'data:'].includes(to.protocol) && to.origin !== new URL(url).origin)
      faults.push(`request to ${to.origin}`);
  });
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener('securitypolicyviolation', (event) =>
      globalThis.violations.push(`${event.violatedDirective}: ${event.blockedURI}`),
    );
  });
  await page.goto(url + fragment);
  if (waits) await page.waitForSelector('html[data-rules]:not([data-rules="0"])');
  return {
    page,
    context,
    requests,
    faults,
    async checked() {
      faults.push(...(await page.evaluate(() => globalThis.violations)).map((one) => `policy: ${one}`));
      await context.close();
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
  };
}

/** Pastes text into an editor, or into whatever has the focus, as a person does. */
export async function paste(page, selector, text) {
  await page.locator(selector).locator('.cm-content').click();
  await page.evaluate(
    ({ selector: host, text: value }) => {
      const data = new DataTransfer();
      data.setData('text/plain', value);
      const target = document.querySelector(host).shadowRoot.querySelector('.cm-content');
      target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    },
    { selector, text },
  );
}

/** Puts text in place of all that an editor holds. */
export async function put(page, selector, text) {
  await page.evaluate(
    ({ selector: host, text: value }) => {
      const { view } = document.querySelector(host).shadowRoot.querySelector('.cm-content').cmTile;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(value) } });
    },
    { selector, text },
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

export const HEADERS = '#headers-editor';
export const BODY = '#body-editor';

/** The whole text of an editor, also of lines out of view. */
export function textOf(page, selector) {
  return page.evaluate((host) => {
    const content = document.querySelector(host).shadowRoot.querySelector('.cm-content');
    return content.cmTile.view.state.doc.sliceString(0, undefined, '\n');
  }, selector);
}

export async function decision(page) {
  return (await page.locator('#verdict .decision').innerText()).replace(/\s+/g, ' ').trim();
}
