import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { BODY, browser, decision, fileHost, HEADERS, open, paste, put, receiver, textOf } from './serve.mjs';

const SECRET = 'whsec_000102030405060708090a0b0c0d0e0f';
const OTHER = 'whsec_ffffffffffffffffffffffffffffffff';

/** As the AMLYZE page prints it, with the length of a body that was not indented. */
const SEED = `ce-id: 019cd7cf-826c-731c-ba20-76f48d48ac9c
ce-source: cef8654f-9885-4e61-b8e9-132b607ab6a4
ce-specversion: 1.0
ce-subject: dea0bcc0-52d2-4f82-bc46-6f87288939b5
ce-time: 2026-03-10t12:53:45.85z
ce-type: app.amlyze.related_entity.screening.sanctions.pending
content-length: 306
content-type: application/json

{
  "customerExternalId": "78395a1c-272b-4263-ab9a-be5fe24055c5",
  "externalId": "dea0bcc0-52d2-4f82-bc46-6f87288939b5",
  "establishmentDate": "1998-04-07",
  "type": "ORGANIZATION",
  "title": "Sputnik",
  "nationalCode": "554555447884557",
  "relationCode": "OWNER",
  "countryCode": "RU",
  "screeningMatch": true,
  "screeningGuid": "20642e48-8251-47e3-a363-d857343ee171"
}
`;

const OLDEST = `{
  "specversion": "1.0",
  "type": "com.amlyze.customer.updated",
  "source": "customer",
  "subject": "customerExtid",
  "id": "1234-1234-1234",
  "time": "2018-04-05T17:31:00Z",
  "datacontenttype": "application/json",
  "data": {
    "sanctioned": true,
    "pep": true,
  }
}
`;

const UPDATED =
  'ce-specversion: 1.0\nce-id: 1\nce-source: customer\nce-type: com.amlyze.customer.updated\nce-subject: 43\nce-time: 2026-03-10T12:53:45Z\ncontent-type: application/json';

/** A body whose members no other event has. */
const UPDATE =
  '{"customerExternalID":"43","riskLevel":"HIGH","status":"ACTIVE","pep":true,"sanctioned":false,"updatedAt":"2026-03-10T12:53:45Z"}';

let instance;
let server;
let host;

before(async () => {
  instance = await browser();
  server = await receiver('--secret', SECRET);
  host = await fileHost();
});
after(async () => {
  await instance?.close();
  await server?.close();
  await host?.close();
});

/** A test with a page that must end without a fault. */
function flow(name, run, options = {}) {
  test(name, async () => {
    const it = await open(instance, options.host ? host.url : options.token ? server.page : server.url, options);
    await run(it.page, it);
    await it.checked();
  });
}

const findings = (page) =>
  page
    .locator('#panel-findings .finding')
    .evaluateAll((items) => items.map((item) => item.querySelector('.rule-id').textContent));
const tab = (page, name) => page.getByRole('tab', { name }).click();
const toSettle = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Opens the examples unless they are open. */
async function toExamples(page) {
  if ((await page.locator('dialog').count()) > 0) return;
  await page.getByRole('button', { name: 'Examples…' }).click();
  await page.locator('dialog .choices .small').waitFor();
}

async function sample(page, n) {
  await page.locator('.starter').nth(n).click();
  await page.waitForFunction(() => !document.querySelector('#verdict').classList.contains('empty'));
}

flow('the empty page says what to do, and offers examples that lead to a verdict', async (page) => {
  assert.equal(await decision(page), 'No delivery yet');
  await sample(page, 0);
  assert.equal(await decision(page), 'Accepted 204');
  await page.getByRole('button', { name: 'Clear' }).click();
  assert.equal(await decision(page), 'No delivery yet');
});

flow('the printed example of AMLYZE is understood as it is pasted', async (page) => {
  await paste(page, BODY, SEED);
  assert.equal(await decision(page), 'Accepted 204');
  assert.deepEqual(await findings(page), ['AMLYZE-D10']);
  assert.match(await page.locator('#vendor option:checked').innerText(), /AMLYZE/);
  assert.match(await page.locator('#notices').innerText(), /Content-Length says 306 bytes/);
  assert.match(await page.locator('#panel-findings').innerText(), /own documents disagree/);
});

flow(
  'the oldest example of AMLYZE, with its comma too many, is mended step by step to what is documented now',
  async (page) => {
    await paste(page, HEADERS, OLDEST);
    assert.equal(await decision(page), 'Refused 400');
    assert.deepEqual(await findings(page), ['JSON-syntax']);
    await page.getByRole('button', { name: 'Remove the comma' }).click();
    assert.equal(await decision(page), 'Accepted 204');
    assert.deepEqual((await findings(page)).sort(), ['AMLYZE-D04', 'AMLYZE-D25', 'AMLYZE-D25']);
    await page.getByRole('radio', { name: 'strict' }).check();
    assert.equal(await decision(page), 'Refused 400');
    await page.getByRole('button', { name: 'Mend them all' }).click();
    if ((await findings(page)).length > 0) await page.locator('.mend').first().click();
    if ((await findings(page)).length > 0) await page.locator('.mend').first().click();
    assert.deepEqual(await findings(page), []);
    assert.equal(await decision(page), 'Accepted 204');
    assert.match(await textOf(page, HEADERS), /^ce-specversion: 1\.0\nce-type: com\.amlyze\.customer\.updated/);
  },
);

flow('several JSON documents give a choice', async (page) => {
  await paste(page, BODY, `${OLDEST}\n${OLDEST}`);
  await page.getByRole('button', { name: /JSON document 2/ }).click();
  assert.equal(await decision(page), 'Refused 400');
});

flow('a curl command pasted into the dialog is taken, and what was there comes back', async (page) => {
  await sample(page, 2);
  await page.getByRole('button', { name: 'Paste or open…' }).click();
  await page
    .getByLabel('What arrived')
    .fill("curl https://h/amlyze -H 'ce-id: 1' -H 'content-type: application/json' --data-raw '{\"pep\": 1}'");
  await page.getByRole('button', { name: 'Take it' }).click();
  assert.equal(await textOf(page, BODY), '{"pep": 1}');
  await page.getByRole('button', { name: 'Back to what was there' }).click();
  assert.match(await textOf(page, BODY), /VERY_HIGH/);
});

flow('several commands in one paste give a choice', async (page) => {
  await paste(
    page,
    BODY,
    "curl -d 1 https://h/a &\ncurl https://h/b -H 'ce-id: 7' --json '{\"pep\": 2}' --next -d 3 https://h/c",
  );
  await page.getByRole('button', { name: /POST h\/b/ }).click();
  assert.equal(await textOf(page, BODY), '{"pep": 2}');
  assert.match(await textOf(page, HEADERS), /^ce-id: 7\ncontent-type: application\/json/);
});

flow('a body that is no text is masked as well', async (page) => {
  await paste(page, BODY, "curl https://h/smith?name=Smith --data-binary $'\\xff Smith'");
  await tab(page, 'Take away');
  const shown = async () =>
    Buffer.from(/\n(.+)\nBODY/.exec(await page.locator('.code-block pre').innerText())[1], 'base64').toString('latin1');
  assert.match(await page.locator('.code-block pre').innerText(), /^base64 -d <<'BODY' \| curl /);
  assert.equal((await shown()).slice(1), ' Xxxxx');
  await page.getByRole('checkbox', { name: /Mask values/ }).uncheck();
  assert.equal((await shown()).slice(1), ' Smith');
});

flow('another method is refused before anything else, and can be judged as a POST', async (page) => {
  await paste(page, BODY, `PUT /amlyze HTTP/1.1\n${SEED}`);
  assert.equal(await decision(page), 'Refused 405');
  assert.deepEqual(await findings(page), ['HTTP-method']);
  await page.getByRole('button', { name: 'Judge it as a POST' }).click();
  assert.equal(await decision(page), 'Accepted 204');
});

flow('a batch is judged as by a receiver that did not ask for batches, and as by one that did', async (page) => {
  await paste(
    page,
    BODY,
    'POST / HTTP/1.1\ncontent-type: application/cloudevents-batch+json\n\n[{"specversion":"1.0","id":"1","source":"/s","type":"t"}]',
  );
  assert.equal(await decision(page), 'Refused 415');
  await page.getByRole('button', { name: 'Judge as one that did', exact: true }).click();
  assert.equal(await decision(page), 'Accepted 204');
  await page.getByRole('button', { name: 'Judge as one that did not' }).click();
  assert.deepEqual(await findings(page), ['CE-M7']);
});

flow('a HAR of several entries gives a choice; one without a body says so', async (page) => {
  const entry = (url, postData) => ({
    request: { method: 'POST', url, headers: [{ name: 'ce-id', value: '1' }], postData },
  });
  const har = JSON.stringify({ log: { entries: [entry('https://h/a', { text: '{}' }), entry('https://h/b')] } });
  await page.getByRole('button', { name: 'Paste or open…' }).click();
  await page.locator('#file').setInputFiles({ name: 'x.har', mimeType: 'application/json', buffer: Buffer.from(har) });
  await page.getByRole('button', { name: /POST h\/b/ }).click();
  assert.match(await page.locator('#notices').innerText(), /holds no body/);
});

flow(
  'PowerShell that cannot be understood, binary, 5 MB and nothing get a message, and the page stays alive',
  async (page) => {
    const dialog = async (text) => {
      await page.getByRole('button', { name: 'Paste or open…' }).click();
      await page.locator('#paste').waitFor();
      await page.evaluate((value) => {
        document.getElementById('paste').value = value;
      }, text);
      await page.getByRole('button', { name: 'Take it' }).click();
      const message = await page.locator('dialog .wrong').innerText();
      await page.getByRole('button', { name: 'Close' }).click();
      return message;
    };
    assert.match(await dialog('Invoke-WebRequest -Uri "https://h" -Method POST -Body $payload'), /PowerShell variable/);
    assert.match(await dialog('\u0001\u0002\u0003\u0004\ufffd'), /binary/);
    assert.match(await dialog('x'.repeat(5 * 1024 * 1024)), /5\.0 MB/);
    assert.match(await dialog(''), /nothing to take/);
    await paste(page, BODY, `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`);
    assert.match(await page.locator('#notices').innerText(), /5\.0 MB/);
    await paste(page, BODY, '\0\u0001');
    assert.match(await page.locator('#notices').innerText(), /binary/);
    await page.locator('#open').click();
    await page
      .locator('#file')
      .setInputFiles({ name: 'x.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([0xff, 0xfe, 0, 1]) });
    await page.waitForSelector('#binary:not([hidden])');
    assert.match(await page.locator('#binary').innerText(), /ff fe 00 01/);
    await page.getByRole('button', { name: 'Take another body' }).click();
    await paste(page, BODY, SEED);
    assert.equal(await decision(page), 'Accepted 204');
  },
);

flow('half of a surrogate pair is told, and judged', async (page) => {
  await sample(page, 2);
  await page.evaluate(() => {
    const { view } = document.querySelector('#body-editor').shadowRoot.querySelector('.cm-content').cmTile;
    view.dispatch({ changes: { from: 5, insert: '\ud83d' } });
  });
  await toSettle(page);
  assert.match(await page.locator('#notices').innerText(), /half of a surrogate pair/);
  assert.match(await decision(page), /^(Refused|Accepted) [0-9]+$/);
});

flow('carriage returns stay in the body, and line ends can be put right', async (page) => {
  await paste(page, BODY, SEED.replaceAll('\n', '\r\n'));
  assert.match(await page.locator('#body-meta').innerText(), /line ends CRLF/);
  assert.match(await textOf(page, BODY), /^\{\r\n/);
  await page.getByText('Bytes', { exact: true }).click();
  await page.getByRole('button', { name: 'Line ends: LF' }).click();
  assert.match(await page.locator('#body-meta').innerText(), /line ends LF, ends with a line end/);
  await page.getByText('Bytes', { exact: true }).click();
  await page.getByRole('button', { name: 'Remove the final line end' }).click();
  assert.doesNotMatch(await page.locator('#body-meta').innerText(), /ends with/);
});

flow('a click on a finding shows its place; underlines stand in both editors; a choice mends', async (page) => {
  await sample(page, 2);
  await page.locator(BODY).locator('.cm-lintRange-error').waitFor();
  assert.equal(await page.locator(BODY).locator('.cm-lintRange-error').innerText(), '"VERY_HIGH"');
  await page.getByRole('button', { name: '/riskLevel' }).click();
  assert.equal(await page.locator(BODY).locator('.cm-flash').innerText(), '"VERY_HIGH"');
  await page.locator('.finding .choice', { hasText: /^HIGH$/ }).click();
  assert.equal(await decision(page), 'Accepted 204');
  assert.match(await textOf(page, BODY), /"riskLevel": "HIGH"/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction(() => /Refused/.test(document.querySelector('#verdict').textContent));
  await paste(page, HEADERS, '');
  await page.evaluate(() => {
    const { view } = document.querySelector('#headers-editor').shadowRoot.querySelector('.cm-content').cmTile;
    const text = view.state.doc.toString();
    view.dispatch({
      changes: {
        from: 0,
        to: text.length,
        insert: text.replace('application/json', 'text/html').replace('ce-id', 'no header'),
      },
    });
  });
  await toSettle(page);
  assert.ok((await page.locator(HEADERS).locator('.cm-lintRange-error').count()) >= 2);
});

flow('a header that is missing can be added', async (page) => {
  await paste(
    page,
    HEADERS,
    'ce-specversion: 1.0\nce-type: org.example.thing\nce-source: /s\ncontent-type: application/json',
  );
  await paste(page, BODY, '{}');
  assert.equal(await decision(page), 'Refused 400');
  assert.match(await page.locator('#missing').innerText(), /ce-id\s+is missing/);
  await page.locator('#missing button').click();
  assert.equal(await decision(page), 'Accepted 204');
});

flow('an unknown event type is told in words, and so is a member that nobody documents', async (page) => {
  await paste(page, BODY, SEED.replace('sanctions.pending', 'sanctions.escalated'));
  assert.equal(await decision(page), 'Accepted 204');
  const text = await page.locator('#verdict').innerText();
  assert.match(text, /New, or misspelt/);
  assert.match(text, /no document lists this event type/);
  await tab(page, 'Schema');
  assert.match(await page.locator('#panel-schema').innerText(), /no schema/);
  await tab(page, 'Findings');
  await page.getByRole('button', { name: 'Write app.amlyze.related_entity.screening.sanctions.pending' }).click();
  assert.deepEqual(await findings(page), ['AMLYZE-D10']);
  await paste(page, BODY, '');
  await page.evaluate(() => {
    const { view } = document.querySelector('#body-editor').shadowRoot.querySelector('.cm-content').cmTile;
    view.dispatch({ changes: { from: 1, insert: '"nobodyKnows": 1,' } });
  });
  await toSettle(page);
  assert.match(await page.locator('#verdict').innerText(), /New at the vendor|Nobody’s fault/);
  assert.ok((await findings(page)).includes('SCHEMA-unknown'));
});

flow('a body alone is asked which event it is', async (page) => {
  await paste(page, BODY, SEED.slice(SEED.indexOf('{')));
  assert.match(await page.locator('#panel-findings').innerText(), /a body without its headers/);
  await page.getByRole('button', { name: 'Choose the event…' }).click();
  assert.match(await page.locator('dialog li').first().innerText(), /fits/);
  await page.locator('dialog li button', { hasText: 'related_entity.screening.sanctions.pending' }).click();
  assert.equal(await decision(page), 'Accepted 204');
});

flow('every example of every event gives the verdict that it is listed under', async (page) => {
  let count = 0;
  for (const vendor of ['amlyze', 'dataspike', 'cloudevents']) {
    await toExamples(page);
    await page.locator('#example-vendor').selectOption(vendor);
    const types = await page
      .locator('#example-type option')
      .evaluateAll((options) => options.map((option) => option.value));
    for (const type of types.filter((_, at) => vendor !== 'amlyze' || at % 6 === 0)) {
      for (const [heading, word] of [
        ['As documented', 'Accepted'],
        ['Make it fail', 'Refused'],
      ]) {
        await toExamples(page);
        await page.locator('#example-vendor').selectOption(vendor);
        await page.locator('#example-type').selectOption(type);
        const group = page.locator(`dialog .choices h3:has-text("${heading}") + ul button`);
        await page.locator('dialog .choices .small').waitFor();
        if ((await group.count()) === 0) continue;
        await group.first().click();
        assert.match(await decision(page), new RegExp(`^${word}`), `${type} ${heading}`);
        count += 1;
      }
    }
  }
  assert.ok(count > 20, String(count));
});

flow('decoded attributes stand beside their headers', async (page) => {
  await paste(
    page,
    HEADERS,
    'ce-specversion: 1.0\nce-id: 1\nce-type: org.example.thing\nce-source: /s\nce-subject: caf%C3%A9\ncontent-type: application/json',
  );
  await paste(page, BODY, '{}');
  await tab(page, 'Event');
  const row = page.locator('.attributes tr', { hasText: 'subject' });
  assert.match(await row.innerText(), /café[\s\S]*caf%C3%A9/);
  await row.getByRole('button').click();
  assert.equal(await page.locator(HEADERS).locator('.cm-flash').innerText(), 'caf%C3%A9');
});

flow('the schema is a table in which the body’s members are lit, and what is missing is said', async (page) => {
  await page.getByRole('button', { name: 'Examples…' }).click();
  await page.locator('#example-vendor').selectOption('dataspike');
  await page.locator('#example-type').selectOption('DOCVER');
  await page.locator("dialog .choices h3:has-text('As documented') + ul button").first().click();
  await tab(page, 'Schema');
  const status = page
    .locator('.schema tr.present', { has: page.getByRole('button', { name: 'status', exact: true }) })
    .first();
  assert.match(await status.innerText(), /optional[\s\S]*verified/);
  const rows = await page.locator('.schema tbody tr').count();
  await page.getByRole('checkbox', { name: /Also the/ }).click();
  assert.ok((await page.locator('.schema tbody tr').count()) > rows);
  await page.locator('.schema summary, .schema-head summary').first().click();
  assert.match(await page.locator('.schema-head').innerText(), /Dataspike/);
});

flow('policies say what each would decide, and a single rule can be set', async (page) => {
  await sample(page, 2);
  assert.deepEqual(await page.locator('.outcome').allInnerTexts(), ['refuses', 'refuses', 'passes', 'passes']);
  await page.getByRole('radio', { name: 'tolerant' }).check();
  assert.equal(await decision(page), 'Accepted 204');
  await page.getByRole('radio', { name: 'standard' }).check();
  await page.locator('.finding .rule-id').click();
  const rule = page.locator('#rule-SCHEMA-enum');
  assert.ok(await rule.evaluate((element) => element === document.activeElement));
  assert.match(await rule.innerText(), /Source: JSON Schema/);
  await rule.getByRole('combobox').selectOption('off');
  assert.equal(await decision(page), 'Accepted 204');
  await page.locator('#rule-search').fill('percent');
  assert.ok((await page.locator('.rules li').count()) > 1);
});

async function dataspike(page, secret = SECRET) {
  await sample(page, 1);
  await tab(page, 'Signature');
  await page.locator('#secret').fill(secret);
  await toSettle(page);
}

flow('a missing signature is refused once a secret is set, and can be made', async (page) => {
  await dataspike(page);
  assert.equal(await decision(page), 'Refused 401');
  await page.getByRole('button', { name: /Sign it with this secret/ }).click();
  await page.waitForFunction(() => /Accepted/.test(document.querySelector('#verdict').textContent));
  assert.match(await page.locator('#verdict').innerText(), /The sender is verified/);
  assert.match(await page.locator('.computation').innerText(), /the same as v1/);
});

flow('a body that was changed after signing is told apart from a wrong secret', async (page) => {
  await dataspike(page);
  await page.getByRole('button', { name: /Sign it with this secret/ }).click();
  await page.waitForFunction(() => /Accepted/.test(document.querySelector('#verdict').textContent));
  await page.getByText('Bytes', { exact: true }).click();
  await page.getByRole('button', { name: 'Add a final line end' }).click();
  assert.equal(await decision(page), 'Refused 401');
  await page.locator('.computation').getByText('Without the line end at its end, the body verifies').waitFor();
  await page.locator('#verdict').getByText('The body was changed on the way').waitFor();
  await page.getByRole('button', { name: 'Take that body' }).click();
  assert.equal(await decision(page), 'Accepted 204');
  await page.locator('#secret').fill(OTHER);
  await page.locator('.computation').getByText('the secret is another one').waitFor();
  await page.locator('#verdict').getByText('Probably another secret').waitFor();
  assert.equal(await decision(page), 'Refused 401');
  await page.locator('#secret').fill('hunter2');
  await toSettle(page);
  assert.match(await page.locator('#secret-note').innerText(), /whsec_/);
});

flow('a captured delivery is judged as of the time it was signed', async (page) => {
  await dataspike(page);
  await page.getByRole('button', { name: /Sign it with this secret/ }).click();
  await page.waitForFunction(() => /Accepted/.test(document.querySelector('#verdict').textContent));
  await page.locator('#when').selectOption('given');
  await page.getByLabel('Unix seconds to judge at').fill('2000000000');
  await page.waitForFunction(() => /Refused/.test(document.querySelector('#verdict').textContent));
  assert.match(await page.locator('#verdict').innerText(), /Time/);
  await page.locator('#when').selectOption('signed');
  assert.equal(await decision(page), 'Accepted 204');
});

flow('everything can be taken away, masked unless one asks for values', async (page, { context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await paste(page, BODY, SEED);
  await tab(page, 'Take away');
  const block = page.locator('.code-block pre');
  for (const [name, expected] of [
    ['curl command', /^curl 'http/],
    ['Rust test', /fn the_delivery_is_accepted\(\)/],
    ['Test for axum', /app\(\)\.oneshot\(request\)/],
    ['Test for actix', /test::call_service\(&app, request\)/],
    ['Test for Vitest', /import \{ expect, test \} from "vitest"/],
    ['Message to the vendor', /Event type: app\.amlyze/],
    ['JavaScript test', /import \{ Vetter \} from "hookvet"/],
    ['Golden case', /"verdict": \{/],
    ['Problem document', /no problem document/],
  ]) {
    await page.getByRole('button', { name, exact: true }).click();
    assert.match(await block.innerText(), expected);
    assert.doesNotMatch(await block.innerText(), /Sputnik|dea0bcc0/);
  }
  await page.getByRole('button', { name: 'curl command' }).click();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^curl 'http/);
  await page.getByRole('checkbox', { name: /Mask values/ }).uncheck();
  assert.match(await block.innerText(), /Sputnik/);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download delivery.http' }).click(),
  ]);
  const bytes = await readFile(await file.path(), 'utf8');
  assert.match(bytes, /^POST \/ HTTP\/1\.1\r\nce-id: 019cd7cf[\s\S]*content-length: [0-9]+\r\n\r\n\{/);
  const [lines] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download delivery.jsonl' }).click(),
  ]);
  const line = JSON.parse(await readFile(await lines.path(), 'utf8'));
  assert.equal(line.vendor, 'amlyze');
  assert.equal(line.body, await textOf(page, BODY));
});

flow('a problem document is what the server would answer', async (page) => {
  await sample(page, 2);
  await tab(page, 'Take away');
  await page.getByRole('button', { name: 'Problem document' }).click();
  const problem = JSON.parse(await page.locator('.code-block pre').innerText());
  assert.deepEqual([problem.status, problem.findings[0].rule], [422, 'SCHEMA-enum']);
});

flow('a link opens the delivery elsewhere, and a damaged one says so', async (page, { context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await sample(page, 2);
  await page.getByRole('radio', { name: 'strict' }).check();
  await tab(page, 'Take away');
  await page.getByRole('checkbox', { name: /Mask values/ }).uncheck();
  await page.getByRole('button', { name: 'Copy a link with all values' }).click();
  await page.getByText(/Link copied/).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await open(instance, server.url, { fragment: new URL(link).hash });
  assert.equal(await decision(other.page), 'Refused 422');
  assert.match(await textOf(other.page, BODY), /VERY_HIGH/);
  assert.ok(await other.page.getByRole('radio', { name: 'strict' }).isChecked());
  await other.checked();
  const damaged = await open(instance, server.url, { fragment: new URL(link).hash.slice(0, 60) });
  assert.match(await damaged.page.locator('#notices').innerText(), /cut off or changed/);
  await damaged.checked();
});

flow(
  'the receiver takes what is sent, refuses what it must, and lists both as they come',
  async (page, it) => {
    await sample(page, 0);
    await tab(page, 'Receiver');
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.getByText('The receiver took it. So says the verdict.').waitFor();
    await page.locator('.deliveries li').first().waitFor();
    await page.evaluate(() => {
      const { view } = document.querySelector('#body-editor').shadowRoot.querySelector('.cm-content').cmTile;
      const text = view.state.doc.toString();
      view.dispatch({
        changes: {
          from: 0,
          to: text.length,
          insert: text.replace('"screeningMatch": true', '"screeningMatch": "maybe"'),
        },
      });
    });
    await toSettle(page);
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.getByText('The receiver refused it. So says the verdict.').waitFor();
    assert.match(await page.locator('.answer pre').innerText(), /SCHEMA-type/);
    await page.waitForFunction(() => document.querySelectorAll('.deliveries li').length >= 2);
    await page.locator('.filters select').nth(1).selectOption('reject');
    assert.equal(await page.locator('.deliveries li').count(), 1);
    await page.locator('.filters input').fill('nothing like it');
    assert.match(await page.locator('.deliveries').innerText(), /None of the deliveries fits/);
    await page.locator('.filters input').fill('sanctions');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('.deliveries li button').first().click();
    await page.waitForFunction(() => /Refused/.test(document.querySelector('#verdict').textContent));
    assert.match(await textOf(page, BODY), /maybe/);
    // A refused answer is an error line of the console, which is what was asked for here.
    it.faults.splice(0, it.faults.length, ...it.faults.filter((fault) => !/status of 422/.test(fault)));
  },
  { token: true },
);

flow(
  'the token goes from the address into a cookie, and what is listed needs it',
  async (page, { context }) => {
    await tab(page, 'Receiver');
    await page.getByText('live', { exact: true }).waitFor();
    assert.equal(page.url(), server.url);
    const [cookie, ...others] = await context.cookies();
    assert.deepEqual([others.length, cookie.httpOnly, cookie.sameSite, cookie.path], [0, true, 'Strict', '/']);
    assert.equal(await page.evaluate(() => document.cookie), '');
    await context.clearCookies();
    await page.reload();
    await tab(page, 'Receiver');
    await page.getByText('Open the address that hookvet serve printed at start').waitFor();
  },
  { token: true },
);

flow(
  'on a plain file host, below a path, everything but the receiver is there',
  async (page) => {
    assert.equal(await page.getByRole('tab', { name: 'Receiver' }).count(), 0);
    await sample(page, 0);
    assert.equal(await decision(page), 'Accepted 204');
    await page.getByRole('button', { name: 'Examples…' }).click();
    await page.locator('dialog .choices h3').first().waitFor();
  },
  { host: true },
);

test('when the rules cannot be fetched, the page says so and stays usable', async () => {
  const it = await open(instance, server.url, { waits: false });
  await it.page.route('**/*.wasm', (route) => route.abort());
  await it.page.reload();
  await it.page
    .getByText('could not be fetched or started')
    .waitFor({ timeout: 5000 })
    .catch(() => undefined);
  await paste(it.page, BODY, '{}');
  await it.page.getByText('could not be fetched or started').waitFor();
  it.faults.length = 0;
  await it.checked();
});

flow('the keyboard reaches everything: places, tabs, dialogs, the skip link, and out of the editors', async (page) => {
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className);
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'skip');
  for (const id of ['open', 'headers-editor', 'body-editor', 'verdict-heading', 'open']) {
    await page.keyboard.press('F2');
    assert.equal(await focused(), id);
  }
  await page.keyboard.press('Shift+F2');
  await page.keyboard.press('Shift+F2');
  assert.equal(await focused(), 'body-editor');
  // Browsers and keyboards own these.
  for (const keys of ['Alt+1', 'Alt+3', 'Alt+o', 'Alt+e']) await page.keyboard.press(keys);
  assert.deepEqual([await focused(), await page.locator('dialog').count()], ['body-editor', 0]);
  await page.keyboard.type('{"a"');
  await page.keyboard.press('Tab');
  assert.notEqual(await focused(), 'body-editor');
  await page.getByRole('tab', { name: 'Findings' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('tab', { name: 'Event' }).getAttribute('aria-selected'), 'true');
  await page.getByRole('button', { name: 'Examples…' }).click();
  await page.locator('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Keyboard' }).click();
  await page.getByText('next finding, within an editor').waitFor();
  const keys = await page.locator('dialog kbd').allInnerTexts();
  assert.deepEqual(
    keys.filter((key) => /Alt/.test(key)),
    [],
  );
  for (const key of ['F2', 'Shift F2', 'F8', 'Ctrl F', 'Ctrl Z', 'Tab', 'Esc']) assert.ok(keys.includes(key), key);
});

flow('find is fetched when it is asked for', async (page) => {
  await paste(page, BODY, SEED);
  await page.locator(BODY).locator('.cm-content').click();
  await page.keyboard.press('Control+f');
  await page.locator(BODY).locator('.cm-search').waitFor();
});

flow('colours follow the choice, which lasts', async (page) => {
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.locator('#theme').selectOption('dark');
  assert.notEqual(await background(), light);
  await page.reload();
  await page.waitForSelector('html[data-theme="dark"]');
});

const isOwn = (fault) => !/status of 4\d\d/.test(fault);

/** A refused answer is an error line of the console, which is what was asked for. */
const forgive = (it) => it.faults.splice(0, it.faults.length, ...it.faults.filter(isOwn));

flow(
  'a received delivery opens with the verdict of the receiver, and this page says why its own differs',
  async (page, it) => {
    await sample(page, 1);
    const now = Math.floor(Date.now() / 1000);
    await put(page, HEADERS, `content-type: application/json\nx-webhook-signature: t=${now},v1=${'ab'.repeat(32)}`);
    await tab(page, 'Receiver');
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('#target').selectOption('dataspike');
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.getByText('The receiver refused it.').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('.deliveries li button', { hasText: 'SIG-mismatch' }).first().click();
    await page.waitForFunction(() => /by the receiver/.test(document.querySelector('#verdict').textContent));
    assert.equal(await decision(page), 'Refused 401');
    assert.equal(await page.locator('#verdict.refused').count(), 1);
    const text = await page.locator('#verdict').innerText();
    assert.match(text, /SIG-mismatch/);
    assert.match(text, /This page: Accepted 204\. The page has no secret/);
    // Once it is changed it is no longer what the receiver saw.
    await put(page, BODY, '{}');
    assert.doesNotMatch(await page.locator('#verdict').innerText(), /by the receiver/);
    forgive(it);
  },
  { token: true },
);

flow(
  'a delivery that its headers refuse is listed with its body unread',
  async (page, it) => {
    await sample(page, 0);
    await put(page, HEADERS, 'ce-specversion: 1.0\ncontent-type: text/plain');
    await tab(page, 'Receiver');
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('#target').selectOption('amlyze');
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.getByText('The receiver refused it.').waitFor();
    const first = page.locator('.deliveries li button', { hasText: 'body not read' }).first();
    await first.click();
    await page.locator('#verdict').getByText('by the receiver').waitFor();
    forgive(it);
  },
  { token: true },
);

flow('what is accepted and proven is green, and what anybody could have sent is amber and says so', async (page) => {
  await sample(page, 0);
  assert.equal(await decision(page), 'Accepted 204');
  assert.match(await page.locator('#verdict.unverified').innerText(), /sender not verified[\s\S]*signs nothing/);
  await page.getByRole('button', { name: 'Clear' }).click();
  await dataspike(page);
  await page.getByRole('button', { name: /Sign it with this secret/ }).click();
  await page.waitForFunction(() => /Accepted/.test(document.querySelector('#verdict').textContent));
  assert.equal(await page.locator('#verdict.accepted:not(.unverified)').count(), 1);
  await page.locator('#secret').fill('');
  await page.locator('#verdict.unverified').getByText('sender not verified').waitFor();
});

flow('beside a receiver the page says what leaves it', async (page) => {
  assert.match(await page.locator('.promise').innerText(), /Only Send.*posts/);
  assert.doesNotMatch(await page.locator('body').innerText(), /[Nn]othing (is sent|leaves)/);
});

flow(
  'on a plain file host it says that nothing leaves it',
  async (page) => {
    assert.match(await page.locator('.promise').innerText(), /Nothing leaves this page/);
  },
  { host: true },
);

test('nothing on the page moves when deliveries arrive, and no tab goes into a second row', async () => {
  // One that has received nothing yet.
  const own = await receiver('--allow-unsigned');
  const it = await open(instance, own.page, {});
  const { page } = it;
  const tabs = page.getByRole('tab');
  const places = () => tabs.evaluateAll((all) => all.map((one) => [one.offsetLeft, one.offsetTop, one.offsetWidth]));
  await tab(page, 'Receiver');
  await page.getByText('live', { exact: true }).waitFor();
  const before = await places();
  for (let count = 0; count < 12; count += 1) {
    await page.request.post(`${own.url}amlyze`, { data: '{}', headers: { 'content-type': 'application/json' } });
  }
  await page.waitForFunction(() => /12/.test(document.querySelector('#tab-receiver').textContent));
  assert.deepEqual(await places(), before);
  assert.equal(new Set(before.map(([, top]) => top)).size, 1);
  const { x, width } = await tabs.last().boundingBox();
  assert.ok(x + width <= 1280 - 16, `${x + width}`);
  forgive(it);
  await it.checked();
  await own.close();
});

flow('everything ends at one right edge', async (page) => {
  await sample(page, 2);
  const edges = await page.evaluate(() =>
    ['.actions', '#verdict', '#policies', '.tablist', '.finding'].map(
      (one) => document.querySelector(one).getBoundingClientRect().right,
    ),
  );
  assert.ok(Math.max(...edges) - Math.min(...edges) < 1, String(edges));
});

flow('what stands in an empty field does not look like content', async (page) => {
  for (const editor of [HEADERS, BODY]) {
    const hint = page.locator(editor).locator('.cm-placeholder');
    assert.equal(await hint.evaluate((element) => getComputedStyle(element).fontStyle), 'italic');
    assert.doesNotMatch(await hint.innerText(), /ce-type/);
  }
});

flow('the rules open at the one that is broken', async (page) => {
  await sample(page, 2);
  await tab(page, 'Rules');
  const isInView = await page.locator('[id="rule-SCHEMA-enum"]').evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  assert.ok(isInView);
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-rules');
});

flow('entries of a HAR show their type and verdict', async (page) => {
  const headers = [
    { name: 'ce-type', value: 'com.amlyze.customer.updated' },
    { name: 'content-type', value: 'application/json' },
  ];
  const entry = (text) => ({ request: { method: 'POST', url: 'https://h/a', headers, postData: { text } } });
  await paste(page, BODY, JSON.stringify({ log: { entries: [entry('{}'), entry('{"pep":1}')] } }));
  assert.match(await page.locator('dialog li').first().innerText(), /refused 400, 2 bytes/);
});

flow('JSON alone takes the event that has its shape', async (page) => {
  await paste(page, BODY, UPDATE);
  await page.locator('#notices').getByText('has the shape of one event alone').waitFor();
  assert.match(await textOf(page, HEADERS), /ce-type: com\.amlyze\.customer\.updated/);
  await page.getByRole('button', { name: 'Choose another event…' }).click();
  await page.locator('dialog li').first().waitFor();
});

flow('a fault of the body is marked also where the headers refuse first', async (page) => {
  await put(page, HEADERS, 'ce-specversion: 1.0\ncontent-type: application/json');
  await put(page, BODY, '{"pep": true,, "x": 1}');
  assert.match(await decision(page), /Refused 400/);
  assert.equal(await page.locator(BODY).locator('.cm-lintRange').innerText(), ',');
});

flow(
  'at 360 pixels the verdict and the ways to start stand before the empty fields',
  async (page) => {
    const top = (selector) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => element.getBoundingClientRect().top);
    assert.ok((await top('#verdict')) < (await top('.starter')));
    assert.ok((await top('.starter')) < (await top(HEADERS)));
    assert.ok((await top('.starter')) < 740);
    await sample(page, 2);
    // What says that something was done lies in a bar of its own, and the page can be scrolled clear of that.
    const bar = await page.locator('.status-line').evaluate((element) => element.getBoundingClientRect().height);
    const room = await page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).paddingBottom));
    assert.ok(room >= bar, `${room} < ${bar}`);
    assert.equal(await page.locator('.status-line .toast').count(), 1);
    await tab(page, 'Schema');
    await page.locator('.schema tbody tr').first().waitFor();
    const fits = (element) => element.scrollWidth <= element.clientWidth;
    assert.ok(await page.locator('.panel-schema .scroll').evaluate(fits));
    assert.equal(
      await page
        .locator('.schema tbody tr')
        .first()
        .evaluate((row) => getComputedStyle(row).display),
      'grid',
    );
  },
  { width: 360, height: 740 },
);

flow('a message that something was done covers nothing', async (page) => {
  await sample(page, 2);
  const bottom = (selector) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);
  assert.ok((await bottom('.toast')) <= (await bottom('.top')));
});

flow('a body of one line is shown indented and folds, and not a byte of it changes', async (page) => {
  const line = UPDATE.replace('"HIGH"', '"SEVERE"').replace('}', ',"extra":{"a":[1,2],"b":{}}}');
  await put(page, HEADERS, UPDATED);
  await put(page, BODY, line);
  const body = page.locator(BODY);
  const height = () =>
    body
      .locator('.cm-line')
      .first()
      .evaluate((element) => element.getBoundingClientRect().height);
  const high = await height();
  assert.equal(await textOf(page, BODY), line);
  assert.match(await page.locator('#body-meta').innerText(), /one line/);
  assert.deepEqual(
    (await body.locator('.cm-line').first().innerText())
      .split('\n')
      .map((part) => part.trimEnd())
      .slice(0, 3),
    ['{⌄', '  "customerExternalID":"43",', '  "riskLevel":"SEVERE",'],
  );
  // Findings stand where they belong, and a fix changes the line alone.
  assert.equal(await body.locator('.cm-lintRange-error').first().innerText(), '"SEVERE"');
  await page.getByRole('button', { name: '/riskLevel' }).click();
  assert.equal(await body.locator('.cm-flash').innerText(), '"SEVERE"');
  await page.locator('.finding .choice', { hasText: /^LOW$/ }).click();
  assert.equal(await textOf(page, BODY), line.replace('SEVERE', 'LOW'));
  // A click folds the inner object, and what is copied is the text itself.
  await body.locator('.cm-fold').nth(1).click();
  await body.locator('.cm-foldPlaceholder').waitFor();
  assert.ok((await height()) < high);
  assert.equal(await textOf(page, BODY), line.replace('SEVERE', 'LOW'));
  await body.locator('.cm-foldPlaceholder').click();
  await page.getByRole('button', { name: 'Indented view' }).click();
  assert.ok((await height()) < high / 2);
  assert.equal(await body.locator('.cm-break').count(), 0);
});

flow('a signature verifies in the indented view', async (page) => {
  await dataspike(page);
  const compact = JSON.stringify(JSON.parse(await textOf(page, BODY)));
  await put(page, BODY, compact);
  await page.getByRole('button', { name: /Sign it/ }).click();
  await page.waitForFunction(() => /Accepted/.test(document.querySelector('#verdict').textContent));
  assert.ok((await page.locator(BODY).locator('.cm-break').count()) > 10);
  assert.match(await page.locator('.computation').innerText(), /the same as v1/);
});

flow(
  'where nobody else reaches the page, a delivery is copied as a file that another page takes',
  async (page, { context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await sample(page, 2);
    await tab(page, 'Take away');
    await page.getByRole('checkbox', { name: /Mask values/ }).uncheck();
    await page.getByRole('button', { name: 'Copy as file' }).click();
    await page.getByText('Copied as a file').waitFor();
    const file = await page.evaluate(() => navigator.clipboard.readText());
    const before = await textOf(page, BODY);
    await page.getByRole('button', { name: 'Clear' }).click();
    await paste(page, BODY, file);
    assert.equal(await textOf(page, BODY), before);
    assert.equal(await decision(page), 'Refused 422');
  },
);

flow('two deliveries are compared, header by header and member by member', async (page) => {
  await put(page, HEADERS, UPDATED);
  await put(page, BODY, UPDATE);
  await tab(page, 'Take away');
  await page.getByRole('button', { name: 'Remember this delivery' }).click();
  await page.getByText('It is the same as the remembered one').waitFor();
  await put(page, HEADERS, UPDATED.replace('ce-id: 1', 'ce-id: 2'));
  await put(page, BODY, UPDATE.replace('"HIGH"', '"LOW"').replace('"pep":true,', ''));
  const rows = await page
    .locator('.differences tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((one) => one.innerText)));
  assert.deepEqual(rows, [
    ['ce-id', '1', '2'],
    ['/riskLevel', '"HIGH"', '"LOW"'],
    ['/pep', 'true', 'not there'],
  ]);
});

flow('the message to the vendor names what departs, and no value', async (page) => {
  await sample(page, 2);
  await tab(page, 'Take away');
  await page.getByRole('button', { name: 'Message to the vendor' }).click();
  const text = await page.locator('.code-block pre').innerText();
  assert.match(text, /- body:\/riskLevel: not one of the documented values/);
  assert.match(text, /Documented in:/);
  assert.doesNotMatch(text, /VERY_HIGH|82deaa92|019cd7cf/);
});
