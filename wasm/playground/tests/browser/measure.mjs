/** Measures what the README says of the page, and prints it: `node tests/browser/measure.mjs`, with HOOKVET_BIN set. */

import { BODY, browser, open, put, receiver } from './serve.mjs';

const KEYS = 80;
const ROUNDS = 5;

const instance = await browser();
const server = await receiver();
try {
  await keystrokes('1000');
  await keystrokes(1000);
  await start();
} finally {
  await instance.close();
  await server.close();
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** From the key to the frame after the one in which verdict and underlines were drawn. */
async function keystrokes(code) {
  const { page, context } = await open(instance, server.url);
  await page.locator('.starter').nth(1).click();
  await page.waitForFunction(() => /Accepted/.test(document.querySelector('#verdict').textContent));
  const body = await page.evaluate(() =>
    document.querySelector('#body-editor').shadowRoot.querySelector('.cm-content').cmTile.view.state.doc.toString(),
  );
  const value = JSON.parse(body);
  const check = value.payload.checks.passport;
  for (let at = 0; JSON.stringify(value, null, 2).length < 14_000; at += 1)
    value.payload.checks[`passport${at}`] = { ...check, errors: [{ code, message: `not a number ${at}` }] };
  const text = JSON.stringify(value, null, 2);
  await put(page, BODY, text);
  const findings = await page.locator('#tab-findings .count').innerText();
  await page.evaluate(() => {
    const { view } = document.querySelector('#body-editor').shadowRoot.querySelector('.cm-content').cmTile;
    view.focus();
    view.dispatch({ selection: { anchor: view.state.doc.toString().indexOf('verified') } });
    globalThis.times = [];
    addEventListener(
      'keydown',
      () => {
        const started = performance.now();
        const channel = new MessageChannel();
        channel.port1.onmessage = () => globalThis.times.push(performance.now() - started);
        // The page asks for its frame while it handles the key; this one comes behind it in the same frame.
        setTimeout(() => requestAnimationFrame(() => channel.port2.postMessage(0)));
      },
      { capture: true },
    );
  });
  for (let at = 0; at < KEYS; at += 1) {
    await page.keyboard.press(at % 2 === 0 ? 'x' : 'Backspace');
    await page.waitForFunction((count) => globalThis.times.length > count, at);
  }
  const times = (await page.evaluate(() => globalThis.times)).sort((a, b) => a - b);
  console.log(
    `keystroke, body of ${text.length} characters with ${findings} findings, ${KEYS} keys: median ${times[KEYS >> 1].toFixed(1)} ms, 95th percentile ${times[Math.floor(KEYS * 0.95)].toFixed(1)} ms, longest ${times.at(-1).toFixed(1)} ms (a frame of up to 16.7 ms is waited for)`,
  );
  await context.close();
}

/** On a processor slowed down four times, with an empty cache. */
async function start() {
  const rounds = [];
  let sizes;
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await instance.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await session.send('Network.enable');
    const names = new Map();
    sizes = new Map();
    session.on('Network.responseReceived', ({ requestId, response }) =>
      names.set(requestId, new URL(response.url).pathname),
    );
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      sizes.set(names.get(requestId), encodedDataLength),
    );
    await page.addInitScript(() => {
      globalThis.long = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.long += Math.max(0, entry.duration - 50);
      }).observe({ type: 'longtask', buffered: true });
      new MutationObserver(() => {
        if (document.documentElement?.dataset.ready) globalThis.readyAt ??= performance.now();
        if (document.querySelector('.starter')) globalThis.editableAt ??= performance.now();
      }).observe(document, { attributes: true, subtree: true, childList: true });
    });
    await page.goto(server.url);
    await page.waitForSelector('html[data-rules]:not([data-rules="0"])');
    rounds.push(
      await page.evaluate(() => ({
        paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
        editable: globalThis.editableAt,
        ready: globalThis.readyAt,
        blocked: globalThis.long,
      })),
    );
    await context.close();
  }
  const of = (name) => Math.round(median(rounds.map((round) => round[name])));
  console.log(
    `start, processor slowed down 4 times, ${ROUNDS} rounds, medians: first contentful paint ${of('paint')} ms, editors take input ${of('editable')} ms, verdicts ${of('ready')} ms, blocked beyond 50 ms a task ${of('blocked')} ms`,
  );
  const kilobytes = (list) => (list.reduce((sum, [, bytes]) => sum + bytes, 0) / 1024).toFixed(1);
  const all = [...sizes];
  const engine = all.filter(([name]) => /\.wasm$/.test(name));
  const later = all.filter(([name]) => /rules-/.test(name));
  const first = all.filter((entry) => !engine.includes(entry) && !later.includes(entry));
  console.log(
    `transfer with gzip, headers included: page and editors ${kilobytes(first)} KB, rules as WebAssembly ${kilobytes(engine)} KB, texts of the rules ${kilobytes(later)} KB, all ${kilobytes(all)} KB in ${all.length} responses`,
  );
}
