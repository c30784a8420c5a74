import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { BODY, browser, fileHost, HEADERS, open, paste, put, ROOT } from './serve.mjs';

const FOLDER = join(ROOT, 'tests/browser/screenshots');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Share of pixels that may differ: glyph edges, and no more. */
const TOLERANCE = 0.004;

let instance;
let host;

before(async () => {
  instance = await browser();
  host = await fileHost();
});
after(async () => {
  await instance?.close();
  await host?.close();
});

const NOW = 1_773_150_000;
const SECRET = 'whsec_000102030405060708090a0b0c0d0e0f';

const MANY = [
  'ce-specversion: 1.0.2\nce-id: 0412a5ca-3be7-46b7-87de-38366397602e\nce-source: 7d2c\nce-type: com.amlyze.customer.updated\nce-subject: 42\nce-time: 2026-03-10t12:53:45Z\ncontent-type: application/json',
  '{\n  "customerExternalId": "43",\n  "riskLevel": "SEVERE",\n  "status": "active",\n  "pep": "true",\n  "sanctioned": null,\n  "inAdverseMedia": 3,\n  "score": 0.93,\n  "updateAt": "2026-03-10"\n}',
];

async function starter(page, n) {
  await page.locator('.starter').nth(n).click();
  await page.waitForFunction(() => !document.querySelector('#verdict').classList.contains('empty'));
}

async function many(page) {
  await paste(page, HEADERS, MANY[0]);
  await paste(page, BODY, MANY[1]);
  await page.waitForFunction(() => document.querySelectorAll('.finding').length > 5);
}

const tab = (page, name) => page.getByRole('tab', { name }).click();

/** Every state of the page that somebody sees. */
const STATES = {
  empty: async () => undefined,
  accepted: (page) => starter(page, 0),
  refused: (page) => starter(page, 2),
  many,
  event: async (page) => {
    await starter(page, 0);
    await tab(page, 'Event');
  },
  schema: async (page) => {
    await many(page);
    await tab(page, 'Schema');
  },
  signature: async (page) => {
    await starter(page, 1);
    await tab(page, 'Signature');
    await page.locator('#secret').fill(SECRET);
    await page.locator('#when').selectOption('given');
    await page.getByLabel('Unix seconds to judge at').fill(String(NOW));
    await put(
      page,
      HEADERS,
      'content-type: application/json\nx-webhook-signature: t=1773149990,v1=c5f1a3f3dbbd4a0f2f9a9cd3dd3a5b3f2cb4a4d4a7b0d1a5f3c2b1a09f8e7d6c',
    );
    await page.locator('.computation li').nth(4).waitFor();
    await page.locator('#verdict').getByText('Probably another secret').waitFor();
  },
  rules: async (page) => {
    await many(page);
    await tab(page, 'Rules');
  },
  take: async (page) => {
    await starter(page, 2);
    await tab(page, 'Take away');
  },
  oneLine: async (page) => {
    await put(page, HEADERS, MANY[0]);
    await put(page, BODY, JSON.stringify(JSON.parse(MANY[1])));
  },
  examples: async (page) => {
    await page.getByRole('button', { name: 'Examples…' }).click();
    await page.locator('dialog .choices h3').first().waitFor();
  },
  paste: async (page) => {
    await page.getByRole('button', { name: 'Paste or open…' }).click();
    await page.getByRole('button', { name: 'Take it' }).click();
  },
  notice: async (page) => {
    await paste(page, BODY, '\0\u0001');
  },
};

/** The same picture every time: no toast, no caret, no place lit up, no focus. */
async function still(page) {
  await page.evaluate(async () => {
    document.getElementById('toasts')?.remove();
    if (!document.querySelector('dialog')) document.activeElement?.blur();
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
  await page.waitForFunction(() => !document.querySelector('#body-editor').shadowRoot.querySelector('.cm-flash'));
}

for (const dark of [false, true]) {
  for (const [name, reach] of Object.entries(STATES)) {
    test(`axe finds nothing in ${name}, ${dark ? 'dark' : 'light'}`, async () => {
      const it = await open(instance, host.url, { dark });
      await reach(it.page);
      await still(it.page);
      // Through the debugging protocol, which the page's policy does not concern.
      await it.page.evaluate(AXE);
      const { violations, passes } = await it.page.evaluate(() =>
        globalThis.axe.run(document, { resultTypes: ['violations'] }),
      );
      assert.ok(passes.length > 10);
      assert.deepEqual(
        violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .map((node) => `${node.target.join(' ')} ${node.failureSummary}`)
              .slice(0, 3)
              .join(' | ')}`,
        ),
        [],
      );
      await it.checked();
    });
  }
}

const WIDTHS = { 360: 740, 1280: 800, 1920: 1080 };
const SHOTS = [
  ...Object.keys(WIDTHS).flatMap((width) => [
    ['empty', width, false],
    ['refused', width, false],
    ['many', width, true],
  ]),
  ['schema', '1280', false],
  ['schema', '360', true],
  ['accepted', '1280', false],
  ['accepted', '1280', true],
  ['oneLine', '1280', false],
  ['signature', '1280', false],
  ['take', '1280', true],
  ['rules', '1280', false],
  ['examples', '1280', false],
  ['event', '1280', false],
  ['notice', '360', false],
];

for (const [name, width, dark] of SHOTS) {
  test(`${name} at ${width} pixels, ${dark ? 'dark' : 'light'}, looks as it did`, async () => {
    const it = await open(instance, host.url, { dark, width: Number(width), height: WIDTHS[width] });
    await STATES[name](it.page);
    await still(it.page);
    assert.ok(
      await it.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      'the page scrolls sideways',
    );
    const bytes = await it.page.screenshot({ animations: 'disabled', caret: 'hide' });
    await it.checked();
    const file = join(FOLDER, `${name}-${width}-${dark ? 'dark' : 'light'}.png`);
    if (process.env.UPDATE_SCREENSHOTS === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, bytes);
      return;
    }
    assert.ok(existsSync(file), `${file} is not there: make it with UPDATE_SCREENSHOTS=1, look at it, commit it`);
    const [now, before_] = [PNG.sync.read(bytes), PNG.sync.read(readFileSync(file))];
    assert.deepEqual([now.width, now.height], [before_.width, before_.height]);
    const difference = new PNG({ width: now.width, height: now.height });
    const count = pixelmatch(now.data, before_.data, difference.data, now.width, now.height, { threshold: 0.2 });
    const share = count / (now.width * now.height);
    if (share > TOLERANCE) {
      const out = join(ROOT, 'test-results');
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, `${name}-${width}.png`), bytes);
      writeFileSync(join(out, `${name}-${width}-difference.png`), PNG.sync.write(difference));
    }
    assert.ok(
      share <= TOLERANCE,
      `${(100 * share).toFixed(2)} % of the pixels differ; see test-results/${name}-${width}-difference.png`,
    );
  });
}

test('nothing moves once the page is there, from the first paint to a verdict', async () => {
  const it = await open(instance, host.url, { waits: false });
  await it.page.evaluate(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifts += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await it.page.waitForSelector('html[data-rules]:not([data-rules="0"])');
  await still(it.page);
  const shifts = await it.page.evaluate(() => globalThis.shifts);
  assert.ok(shifts < 0.02, `layout shifts sum up to ${shifts}`);
  await it.checked();
});

test('at 3840 pixels nothing scrolls sideways and text grows', async () => {
  const it = await open(instance, host.url, { width: 3840, height: 2160 });
  await many(it.page);
  assert.ok(
    await it.page.evaluate(
      () =>
        document.documentElement.scrollWidth <= innerWidth &&
        parseFloat(getComputedStyle(document.documentElement).fontSize) > 15,
    ),
  );
  await it.checked();
});
