import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rules, schema as schemaOf, sign as signByPackage, Vetter } from 'hookvet';
import { headerPairs, parseHeaders, printHeaders, toOctets } from '../../src/delivery/headers.js';
import { toBytes } from '../../src/delivery/text.js';
import { blame } from '../../src/judge/blame.js';
import { applied, certainChanges, distance, fixesFor, nearTypes } from '../../src/judge/fixes.js';
import { placed } from '../../src/judge/places.js';
import { documentedIn, rows, schemaAt } from '../../src/judge/schema.js';
import { explain, readHeader, secretProblem, sign } from '../../src/judge/signature.js';
import { nodeAt, parseTree, pointerOf } from '../../src/judge/tree.js';
import { maskBody, maskBytes, maskHeaders, maskText } from '../../src/takeaway/mask.js';
import { isPacked, pack, pageAddress, unpack } from '../../src/takeaway/share.js';

const SCHEMAS = fileURLToPath(import.meta.resolve('hookvet/schemas/index.json')).replace(/index\.json$/, '');
const index = JSON.parse(readFileSync(`${SCHEMAS}index.json`, 'utf8'));

/** Judges as the page does. */
async function judged(vendor, headers, body, options = {}) {
  const more = vendor === 'dataspike' ? { allowUnsigned: true } : {};
  const vetter = new Vetter(vendor, { ...more, now: () => 0, ...options });
  const pairs = headerPairs(headers).map(([name, value]) => [name, toOctets(value)]);
  const verdict = vetter.vet(pairs, body).toJSON();
  vetter.free();
  const name = verdict.schema?.replace(/^urn:hookvet:\w+:(.*):\d+$/, '$1');
  const schema = name ? await schemaOf(name, vendor) : undefined;
  const context = {
    headers,
    body,
    tree: parseTree(body),
    schema,
    schemaBase: verdict.mode === 'structured' ? '/data' : '',
    event: verdict.event ?? undefined,
  };
  const findings = placed(verdict.findings, context).map((finding) => ({
    ...finding,
    fixes: fixesFor(finding, context),
  }));
  return { verdict, findings, ...context };
}

const UPDATE =
  'ce-specversion: 1.0\nce-id: 1\nce-source: customer\nce-type: com.amlyze.customer.updated\nce-subject: 42\nce-time: 2026-03-10T12:53:45Z\ncontent-type: application/json';
const BODY = '{"customerExternalID": "42", "updatedAt": "2026-03-10T12:53:45Z"}';

/** What is underlined for the first finding, in its editor. */
async function underlined(vendor, headers, body) {
  const { findings } = await judged(vendor, headers, body);
  const { place, rule } = findings[0];
  return [rule, place.editor, (place.editor === 'headers' ? headers : body).slice(place.from, place.to)];
}

test('the documents that give an event are those of the index', async () => {
  for (const { vendor, type, documentedIn: expected } of index.events) {
    assert.deepEqual(documentedIn(await schemaOf(type, vendor)), expected, type);
  }
  assert.deepEqual(documentedIn({}), []);
});

test('findings stand at the header’s value, the member’s value, or the name that is unknown', async () => {
  assert.deepEqual(await underlined('amlyze', UPDATE.replace('45Z', '45z'), BODY), [
    'AMLYZE-D10',
    'headers',
    '2026-03-10T12:53:45z',
  ]);
  assert.deepEqual(await underlined('amlyze', UPDATE, BODY.replace('{', '{"riskLevel": "héllo😀", ')), [
    'SCHEMA-enum',
    'body',
    '"héllo😀"',
  ]);
  assert.deepEqual(await underlined('amlyze', UPDATE, BODY.replace('{', '{"é": "😀", "extra": 1, ')), [
    'SCHEMA-unknown',
    'body',
    '"é"',
  ]);
  assert.deepEqual(await underlined('amlyze', UPDATE, '{"é😀": "x", "pep": true,}'), ['JSON-syntax', 'body', ',']);
});

test('a missing header has its place at the end, and a cut-off body at its last character', async () => {
  const { findings } = await judged('cloudevents', 'ce-specversion: 1.0\nce-id: 1\nce-source: /s', '{}');
  assert.deepEqual([findings[0].place.isMissing, findings[0].place.name], [true, 'ce-type']);
  assert.deepEqual(await underlined('amlyze', UPDATE, '{"a": [1, 2\n'), ['JSON-syntax', 'body', '2']);
});

const MENDS = [
  ['a bare enum in lower case', UPDATE, BODY.replace('{', '{"riskLevel": "high", '), '"riskLevel": "HIGH"'],
  ['a boolean in quotes', UPDATE, BODY.replace('{', '{"pep": "true", '), '"pep": true'],
  ['an older spelling', UPDATE, BODY.replace('updatedAt', 'updateAt'), '"updatedAt"'],
  ['a member in another case', UPDATE, BODY.replace('{', '{"RiskLevel": "LOW", '), '"riskLevel": "LOW"'],
  ['an absent member as null', UPDATE, BODY.replace('{', '{"pep": null, '), '{"customerExternalID"'],
  [
    'members that the subject and time stand in for',
    UPDATE,
    '{\n  "pep": true\n}',
    '"pep": true,\n  "customerExternalID": "42",\n  "updatedAt": "2026-03-10T12:53:45Z"\n}',
  ],
  ['a comma too many', UPDATE, BODY.replace('}', ',}'), 'Z"}'],
  ['a time in lower case', UPDATE.replace('T12:53:45Z', 't12:53:45z'), BODY, 'ce-time: 2026-03-10T12:53:45Z'],
  [
    'another prefix of the type',
    UPDATE.replace('com.amlyze', 'app.amlyze'),
    BODY,
    'ce-type: com.amlyze.customer.updated',
  ],
  ['no version', UPDATE.replace('ce-specversion: 1.0\n', ''), BODY, 'ce-specversion: 1.0'],
  ['a source that is another', UPDATE.replace('source: customer', 'source: x'), BODY, 'ce-source: customer'],
  ['another content type', UPDATE.replace('application/json', 'text/plain'), BODY, 'content-type: application/json'],
  ['a repeated member', UPDATE, BODY.replace('{', '{"pep": true, "pep": true, '), '{"pep": true, "customerExternalID"'],
  ['a repeated header', `${UPDATE}\nce-id: 1`, BODY, 'ce-id: 1\n'],
  [
    'a header that is never sent',
    `${UPDATE}\nce-datacontenttype: application/json`,
    BODY,
    'content-type: application/json',
  ],
];

for (const [about, headers, body, expected] of MENDS) {
  test(`mended under strict: ${about}`, async () => {
    let it = await judged('amlyze', headers, body, { policy: 'strict' });
    assert.equal(it.verdict.decision, 'reject');
    // A mend can lay open what was hidden behind it.
    for (let round = 0; round < 3 && it.findings.length > 0; round += 1) {
      const changes = certainChanges(it.findings);
      it = await judged('amlyze', applied(it.headers, changes, 'headers'), applied(it.body, changes, 'body'), {
        policy: 'strict',
      });
    }
    assert.deepEqual(
      it.findings.map((finding) => finding.rule),
      [],
    );
    assert.ok(`${it.headers}\n\n${it.body}`.includes(expected), `${it.headers}\n\n${it.body}`);
  });
}

test('an event in the JSON format becomes one in binary mode', async () => {
  const body =
    '{\n  "specversion": "1.0",\n  "type": "com.amlyze.customer.updated",\n  "source": "customer",\n  "subject": "é 50%",\n  "id": "1",\n  "time": "2018-04-05T17:31:00Z",\n  "datacontenttype": "application/json",\n  "data": {\n    "pep": true,\n    "customerExternalID": "é 50%",\n    "updatedAt": "2018-04-05T17:31:00Z"\n  }\n}';
  const it = await judged('amlyze', 'content-type: application/cloudevents+json', body);
  assert.deepEqual(
    it.findings.map((finding) => finding.rule),
    ['AMLYZE-D04'],
  );
  const changes = certainChanges(it.findings);
  const after = await judged('amlyze', applied(it.headers, changes, 'headers'), applied(it.body, changes, 'body'), {
    policy: 'strict',
  });
  assert.equal(after.verdict.decision, 'accept', JSON.stringify(after.verdict));
  assert.deepEqual([after.verdict.mode, after.verdict.event.subject], ['binary', 'é 50%']);
});

test('an escape of a URI is doubled', async () => {
  const it = await judged(
    'cloudevents',
    'ce-specversion: 1.0\nce-id: 1\nce-source: /new%20york\nce-type: t\ncontent-type: application/json',
    '{}',
  );
  const changes = certainChanges(it.findings);
  assert.ok(applied(it.headers, changes, 'headers').includes('ce-source: /new%2520york'));
  assert.equal((await judged('cloudevents', applied(it.headers, changes, 'headers'), '{}')).verdict.decision, 'accept');
});

const refused = index.events.flatMap((event) =>
  event.refused.map((path) => ({ event, path, ...JSON.parse(readFileSync(SCHEMAS + path, 'utf8')) })),
);
const shown = index.events.flatMap((event) =>
  event.examples.map((path) => ({ event, path, ...JSON.parse(readFileSync(SCHEMAS + path, 'utf8')) })),
);

test('every finding of every refused example has a place, a side, and mends that are JSON and take the finding away', async () => {
  assert.ok(refused.length >= 58, String(refused.length));
  let mended = 0;
  for (const { event, path, headers, body } of refused) {
    const it = await judged(event.vendor, printHeaders(headers), JSON.stringify(body, null, 2));
    assert.equal(it.verdict.decision, 'reject', path);
    for (const finding of it.findings) {
      assert.ok(finding.place && finding.place.to > finding.place.from, `${path} ${finding.rule}`);
      assert.ok(blame(finding, event.vendor).what.length > 10);
      for (const fix of finding.fixes) {
        const [newHeaders, newBody] = [
          applied(it.headers, fix.changes, 'headers'),
          applied(it.body, fix.changes, 'body'),
        ];
        assert.doesNotThrow(() => JSON.parse(newBody), `${path} ${fix.label}`);
        if (!fix.isCertain && !fix.isChoice) continue;
        const after = await judged(event.vendor, newHeaders, newBody);
        const isThere = after.verdict.findings.some(
          (other) => other.rule === finding.rule && other.where === finding.where && other.message === finding.message,
        );
        assert.ok(!isThere, `${path}: ${fix.label} leaves ${finding.rule} at ${finding.where}`);
        mended += 1;
      }
    }
  }
  assert.ok(mended > 40, String(mended));
});

test('masked examples keep their findings and hold no text of the original', async () => {
  let same = 0;
  for (const { event, path, headers, body } of [...shown, ...refused]) {
    const it = await judged(event.vendor, printHeaders(headers), JSON.stringify(body, null, 2));
    const masked = await judged(event.vendor, maskHeaders(it.headers), maskBody(it.body, it.schema, it.schemaBase));
    const list = ({ verdict }) => verdict.findings.map((finding) => `${finding.rule} ${finding.where}`).join();
    if (list(it) === list(masked)) same += 1;
    for (const name of ['Sputnik', '82deaa92', '78395a1c', '4da42a83', 'John', 'Smith'])
      assert.ok(!`${masked.headers}${masked.body}`.includes(name), `${path} ${name}`);
  }
  // What is wrong with a few is the value itself, such as a day that the calendar has not.
  assert.ok(same / (shown.length + refused.length) > 0.95, `${same} of ${shown.length + refused.length}`);
});

test('masks keep the shape', () => {
  assert.equal(maskText('Zoë O’Neil-3'), 'Xxx X’Xxxx-0');
  assert.equal(maskText('2026-03-10t12:53:45.85z'), '2000-01-01t00:00:00.00z');
  assert.equal(maskText('2026-03-10'), '2000-01-01');
  assert.match(maskText('82deaa92-d559-40bd-96b7-053341a08e28'), /^00000000-0000-4000-8000-[0-9]{12}$/);
  assert.notEqual(maskText('82deaa92-d559-40bd-96b7-053341a08e28'), maskText('82deaa92-d559-40bd-96b7-053341a08e29'));
  assert.match(maskHeaders('x-webhook-signature: t=1,v1=abcd'), /t=1,v1=0000/);
});

test('what is encoded is masked inside, and stays encoded as it was', () => {
  const same = (text, expected) => assert.equal(maskText(text), expected, text);
  same('caf%C3%A9 %41%31', 'xxx%C3%A4 %58%30');
  same(encodeURIComponent('Иван 7'), encodeURIComponent('Ääää 0'));
  same('%d0%98%20b', '%c3%84%20x');
  same(encodeURIComponent('हि 中 𝒜'), encodeURIComponent('ｘｘ ｘ 𝔛'));
  same('%CF%E5%41', '%FF%FF%58');
  same('हिन्दी и\u0306', 'xxxxxx xx');
  const base64 = (text) => Buffer.from(text).toString('base64');
  same(base64('Иван Петров'), base64('Xxxx Xxxxxx'));
  same(base64('{"name":"Иван","n":12e3}'), base64('{"name":"Xxxx","n":11e3}'));
  same('SmithsonJohnson1', 'XxxxxxxxXxxxxxx0');
});

test('nothing of a delivery that is out of order stays in clear text', () => {
  const clear = /Smith|Иван|12345/;
  for (const body of [
    'name=Smith&id=12345',
    '{"a":"b"} Smith',
    '{Smith: 12345e2, "x" "Smith", "y": NaNSmith',
    'Smith',
    `${'['.repeat(300)}"Smith"`,
  ]) {
    assert.doesNotMatch(maskBody(body, undefined, ''), clear, body);
  }
  assert.doesNotMatch(maskHeaders('ce-id: Smith\n Smith folded\nSmith 12345\nce subject: Иван'), clear);
  assert.deepEqual([...maskBytes(Uint8Array.of(0xc8, 0x49, 0x76, 0x31, 0x20, 0))], [0xff, 0x58, 0x78, 0x30, 0x20, 0]);
});

test('the data of a structured event in Base64 is masked by its schema', async () => {
  const example = JSON.parse(readFileSync(SCHEMAS + index.events[0].examples[0], 'utf8'));
  const attributes = Object.fromEntries(
    example.headers.filter(([name]) => /^ce-/i.test(name)).map(([name, value]) => [name.slice(3).toLowerCase(), value]),
  );
  const data = Buffer.from(JSON.stringify(example.body)).toString('base64');
  const body = JSON.stringify({ ...attributes, datacontenttype: 'application/json', data_base64: data });
  const it = await judged(index.events[0].vendor, 'content-type: application/cloudevents+json', body);
  const masked = maskBody(body, it.schema, '/data');
  const inside = (text) => JSON.parse(Buffer.from(JSON.parse(text).data_base64, 'base64').toString());
  assert.deepEqual(Object.keys(inside(masked)), Object.keys(example.body));
  assert.notDeepEqual(inside(masked), example.body);
});

test('a link holds a delivery, and a damaged one is told', async () => {
  const state = { vendor: 'auto', headers: 'ce-id: é', body: '{"a":"😀\r\n"}', policy: 'strict', rules: {} };
  const fragment = await pack(state);
  assert.ok(isPacked(`#${fragment}`) && /^d=[\w-]+$/.test(fragment));
  const { v, ...back } = await unpack(`#${fragment}`);
  assert.deepEqual([v, back], [1, state]);
  for (const damaged of [fragment.slice(0, -9), 'd=', 'd=***', 'd=AAAA'])
    assert.equal(await unpack(damaged), undefined, damaged);
});

test('a link is not inflated without end', async () => {
  const large = { headers: ' '.repeat(8 * 1024 * 1024), body: '' };
  assert.equal((await unpack(await pack(large))).headers.length, large.headers.length);
  const fragment = await pack({ headers: ' '.repeat(17 * 1024 * 1024), body: '' });
  assert.ok(fragment.length < 64 * 1024, `${fragment.length} characters`);
  assert.equal(await unpack(fragment), undefined);
});

const SECRET = 'whsec_000102030405060708090a0b0c0d0e0f';

test('a signature is computed as the package computes it', async () => {
  const body = toBytes('{"a":"é"}');
  const expected = signByPackage('dataspike', { secret: SECRET, timestamp: 1700000000, body });
  assert.deepEqual({ 'X-Webhook-Signature': await sign(SECRET, 1700000000, body) }, expected);
  const header = readHeader(Object.values(expected)[0]);
  const it = await explain({ secret: SECRET, header, body, text: '{"a":"é"}' });
  assert.equal(it.matches, true);
});

test('the input that differs is named', async () => {
  const original = '{"a":"é/1","b":[1,2]}';
  const value = JSON.parse(original);
  const header = async (secret, body, timestamp = 1700000000) =>
    readHeader(await sign(secret, timestamp, toBytes(body)));
  const told = async (signed, now, secret = SECRET) =>
    (await explain({ secret, header: signed, body: toBytes(now), text: now })).diagnosis;
  const again = JSON.stringify(value, null, 2);
  for (const [signed, now, input] of [
    [original, `${original}\n`, /Without the line end/],
    [`${original}\n`, original, /With a line end/],
    [again, again.replaceAll('\n', '\r\n'), /plain line ends/],
    [again.replaceAll('\n', '\r\n'), again, /CRLF/],
    [original, again, /compact/],
    [again, original, /two blanks/],
    ['{"a": "\\u00e9/1", "b": [1, 2]}', original, /Python writes it, with escapes/],
    ['{"a":"é\\/1","b":[1,2]}', original, /PHP/],
  ]) {
    const it = await told(await header(SECRET, signed), now);
    assert.equal(it.input, 'body', it.text);
    assert.match(it.text, input);
    assert.equal(it.body, signed);
  }
  const other = await told(await header('whsec_ff', original), original);
  assert.equal(other.input, 'unknown');
  assert.match(other.text, /secret is another one/);
  const hex = Array.from(toBytes('000102030405060708090a0b0c0d0e0f'), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  assert.equal((await told(await header(`whsec_${hex}`, original), original)).input, 'secret');
});

test('what is no signature header and no secret says why', () => {
  assert.match(readHeader('v1=ab').problem, /no t part/);
  assert.match(readHeader('t=1,t=2,v1=ab').problem, /more than one t/);
  assert.match(readHeader('t=1').problem, /no v1/);
  assert.match(readHeader('t=1,v1=ab').problem, /64 digits/);
  assert.match(secretProblem('hunter2'), /whsec_/);
  assert.match(secretProblem('whsec_abc'), /even number/);
  assert.equal(secretProblem(SECRET), undefined);
});

test('places are found in text that is not quite JSON', () => {
  const text = '{"a": {"b~/": [1, {"c": "x\\"y"}]}, "broken": , "d": tru';
  const tree = parseTree(text);
  const { node, isExact } = nodeAt(tree, '/a/b~0~1/1/c');
  assert.deepEqual([isExact, text.slice(node.from, node.to), pointerOf(node)], [true, '"x\\"y"', '/a/b~0~1/1/c']);
  assert.equal(text.slice(nodeAt(tree, '/d').node.from), 'tru');
  assert.equal(nodeAt(tree, '/a/none').isExact, false);
  assert.equal(parseTree('  '), undefined);
  assert.ok(parseTree('['.repeat(100_000)) && parseTree('{"a":'.repeat(50_000)));
});

test('a schema is read at a pointer and as rows', async () => {
  const docver = await schemaOf('DOCVER', 'dataspike');
  assert.ok(schemaAt(docver, '/payload/status').enum.includes('verified'));
  assert.equal(schemaAt(docver, '/payload/nothing/here'), undefined);
  const all = rows(docver);
  assert.deepEqual(
    all.slice(0, 5).map((row) => [row.name, row.type, row.isRequired]),
    [
      ['id', 'UUID', true],
      ['webhook_id', 'UUID', true],
      ['event_type', 'text', true],
      ['timestamp', 'date and time', true],
      ['payload', 'object', true],
    ],
  );
  assert.ok(all.some((row) => row.path === '/payload/status' && row.allowed.length === 7));
  for (const event of index.events) assert.ok(rows(await schemaOf(event.type, event.vendor)).length < 2000, event.type);
});

test('names are compared by their edits', () => {
  assert.deepEqual(
    [distance('abc', 'abc'), distance('abc', 'acb'), distance('abc', 'abcd'), distance('abc', 'xyzabc')],
    [0, 1, 1, 3],
  );
});

test('header lines that are none are told', () => {
  const lines = parseHeaders('a: 1\n\n b\nno colon\nc d: 1\nE:');
  assert.deepEqual(
    lines.map((line) => line.problem === undefined),
    [true, false, false, false, true],
  );
  assert.deepEqual([lines[4].value, lines[4].valueFrom], ['', 27]);
});

test('every rule has what the page shows of it', async () => {
  const all = await rules();
  assert.ok(all.length > 100);
  for (const rule of all)
    assert.ok(rule.id && rule.title && rule.why && rule.source && rule.policies.standard, rule.id);
});

test('a type that nobody documents is near those that differ by a letter or two, or in their end', () => {
  const types = index.events.map((event) => event.type);
  assert.deepEqual(nearTypes('com.amlyze.customer.updatde', types), ['com.amlyze.customer.updated']);
  assert.deepEqual(nearTypes('DOCVERR', types), ['DOCVER']);
  assert.equal(nearTypes('app.amlyze.lead.screening.pep.reopened', types).length, 2);
  assert.deepEqual(nearTypes('nothing', types), []);
});

test('links lead to the address that the build names, and only to a public one without a word', () => {
  const own = 'http://127.0.0.1:8080/#d=x';
  assert.deepEqual(pageAddress('https://vet.example/', own), { url: 'https://vet.example/', isPublic: true });
  assert.deepEqual(pageAddress('', own), { url: 'http://127.0.0.1:8080/', isPublic: false });
  assert.deepEqual(pageAddress(undefined, 'https://pages.example/a/'), {
    url: 'https://pages.example/a/',
    isPublic: true,
  });
  for (const local of ['http://localhost:1/', 'http://[::1]:1/', 'file:///a.html']) {
    assert.equal(pageAddress(undefined, local).isPublic, false, local);
  }
});
