// What JavaScript can hand over that is no delivery: a TypeError, a HookvetError with a code, or a verdict, never a wrong answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { events, example, examples, HookvetError, rules, schema, sign, Verdict, Vetter } from 'hookvet';

const SECRET = 'whsec_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1';
const { headers, body } = await example('com.amlyze.customer.updated');
const bytes = new TextEncoder().encode(body);
const vetter = new Vetter('amlyze');
const rulesOf = (verdict) => verdict.findings.map(({ rule }) => rule);
const hasCode = (code) => (error) => error instanceof HookvetError && error.code === code;

test('headers come as Headers, as an object, as pairs and as octets, with the same verdict', () => {
  const octets = headers.map(([name, value]) => [name, new TextEncoder().encode(value)]);
  const expected = vetter.vet(headers, body).text();
  for (const form of [new Headers(headers), Object.fromEntries(headers), new Map(headers), octets]) {
    assert.equal(vetter.vet(form, body).text(), expected);
  }
  assert.equal(
    vetter.vet({ ...Object.fromEntries(headers), cookie: undefined, via: ['a', 'b'] }, body).text(),
    expected,
  );
});

test('repeated headers stay repeated', () => {
  const verdict = vetter.vet({ 'content-type': ['application/json', 'application/json'] }, body);
  assert.ok(rulesOf(verdict).includes('CE-H5'), verdict.text());
});

test('headers of another type are a TypeError', () => {
  for (const wrong of [null, undefined, 7, 'a: b', true]) assert.throws(() => vetter.vet(wrong, body), TypeError);
  for (const wrong of [[['a']], [['a', 1]], [[1, 'a']], ['ab'], [null], { a: 1 }, { a: null }, { a: [1] }]) {
    assert.throws(() => vetter.vet(wrong, body), TypeError, JSON.stringify(wrong));
  }
});

test('a header character above one octet is a TypeError, and one octet is one octet', () => {
  assert.throws(() => vetter.vet({ 'ce-id': '\u20ac' }, body), TypeError);
  const one = new Vetter('cloudevents').vet({ 'ce-id': '\u00e9\0', 'content-type': 'text/plain' }, '');
  const other = new Vetter('cloudevents').vet(
    [
      ['ce-id', Uint8Array.of(0xe9, 0)],
      ['content-type', 'text/plain'],
    ],
    '',
  );
  assert.equal(one.text(), other.text());
});

test('each delivery has its own headers, whatever came before it', () => {
  const forms = [
    headers,
    headers.slice(1),
    [...headers, ['x-more', 'a']],
    [...headers].reverse(),
    [],
    headers.slice(0, 3),
    [['x-more', '']],
  ];
  const alone = forms.map((form) => {
    // A vetter that is made in between writes names of its own.
    const one = new Vetter('amlyze').vet(form, body);
    return one.text();
  });
  for (let i = 0; i < 200; i += 1) {
    const at = (i * i + 3 * i) % forms.length;
    assert.equal(vetter.vet(forms[at], i % 2 ? body : bytes).text(), alone[at], `${i}`);
  }
  assert.throws(
    () =>
      vetter.vet(
        [
          ['ce-id', '1'],
          ['\u20ac', ''],
        ],
        body,
      ),
    TypeError,
  );
  assert.equal(vetter.vet(headers, body).text(), alone[0]);
});

test('many and long headers find room', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x-${i}`, 'v'.repeat(i % 90)]));
  assert.equal(vetter.vet({ ...many, ...Object.fromEntries(headers) }, body).text(), vetter.vet(headers, body).text());
  const attributes = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`ce-x${i}`, 'v']));
  const verdict = new Vetter('cloudevents').vet(attributes, '');
  assert.ok(rulesOf(verdict).includes('LIMIT-headers'), verdict.text());
});

test('a body comes as bytes, as a view, as a buffer and as a string, with the same verdict', () => {
  const expected = vetter.vet(headers, body).text();
  const padded = new Uint8Array([...new Uint8Array(3), ...bytes, 7]);
  const resizable = new ArrayBuffer(bytes.length, { maxByteLength: 4096 });
  new Uint8Array(resizable).set(bytes);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  for (const form of [
    bytes,
    Buffer.from(bytes),
    bytes.buffer.slice(0),
    new DataView(padded.buffer, 3, bytes.length),
    padded.subarray(3, 3 + bytes.length),
    new Uint8Array(resizable),
    new Uint8Array(shared),
  ]) {
    assert.equal(vetter.vet(headers, form).text(), expected);
  }
});

test('bytes of another realm are bytes', () => {
  const text = JSON.stringify(body);
  const [view, buffer, octets] = runInNewContext(
    `const bytes = new Uint8Array(new TextEncoder().encode(${text}));
    [bytes, bytes.buffer, new Uint8Array([0xe9])]`,
    { TextEncoder },
  );
  assert.ok(!(view instanceof Uint8Array) && !(buffer instanceof ArrayBuffer));
  for (const form of [view, buffer]) assert.equal(vetter.vet(headers, form).text(), vetter.vet(headers, body).text());
  assert.equal(vetter.vet({ 'ce-id': '\u00e9' }, '').text(), vetter.vet([['ce-id', octets]], '').text());
});

test('a body of another type is a TypeError', () => {
  for (const wrong of [null, undefined, 7, {}, [1], new Blob([]), new ReadableStream()]) {
    assert.throws(() => vetter.vet(headers, wrong), TypeError);
  }
});

test('a detached body is a TypeError and not an empty body', () => {
  const gone = new Uint8Array(bytes);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  assert.throws(() => vetter.vet(headers, gone), TypeError);
  const shrunk = new ArrayBuffer(9, { maxByteLength: 9 });
  const view = new Uint8Array(shrunk, 4, 5);
  shrunk.resize(2);
  assert.throws(() => vetter.vet(headers, view), TypeError);
});

test('a lone surrogate is a TypeError, since it would be written as another text', () => {
  for (const wrong of ['"\ud800"', '"\udc00\ud800"']) assert.throws(() => vetter.vet(headers, wrong), TypeError);
  assert.doesNotThrow(() => vetter.vet(headers, '"\ud83d\ude00"'));
});

test('100 MB are refused without being copied', () => {
  const before = process.memoryUsage().rss;
  const verdict = vetter.vet(headers, new Uint8Array(100 * 2 ** 20));
  assert.deepEqual([verdict.status, rulesOf(verdict)], [413, ['LIMIT-body']]);
  assert.equal(vetter.vet(headers, ' '.repeat(2 ** 20)).status, 413);
  // Under the limit in characters, over it in bytes.
  const wide = new Vetter('amlyze', { maxBody: 100 }).vet(headers, '\u20ac'.repeat(50));
  assert.deepEqual([wide.status, rulesOf(wide)], [413, ['LIMIT-body']]);
  assert.ok(process.memoryUsage().rss - before < 50 * 2 ** 20, 'a zeroed buffer takes no memory until it is read');
});

test('a body as large as the limit is judged, and small ones afterwards', () => {
  const large = new Vetter('cloudevents', { maxBody: 2 ** 24 });
  const sent = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/',
    'ce-type': 't',
    'content-type': 'application/json',
  };
  const verdict = large.vet(sent, `"${'x'.repeat(2 ** 23)}"`);
  assert.equal(verdict.accepted, true, verdict.text().slice(0, 300));
  assert.equal(verdict.data.length, 2 ** 23);
  assert.equal(vetter.vet(headers, body).accepted, true);
});

test('unread verdicts on small bodies outlast large ones, and large ones as well', () => {
  const large = new Vetter('cloudevents', { maxBody: 2 ** 24 });
  const sent = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/',
    'ce-type': 't',
    'content-type': 'application/json',
  };
  const encoder = new TextEncoder();
  const kept = [];
  for (const size of [0, 10, 40_000, 40_000, 65_532, 65_534, 65_535, 1, 2 ** 20, 3, 2 ** 23, 70_000, 5]) {
    kept.push([large.vet(sent, encoder.encode(`"${'x'.repeat(size)}"`)), size]);
    kept.push([large.vet(sent, `"${'y'.repeat(size)}"`), size]);
  }
  for (const [verdict, size] of kept) assert.equal(verdict.data.length, size);
});

test('bytes that are overwritten afterwards change no verdict', () => {
  const reused = new Uint8Array(bytes);
  const expected = vetter.vet(headers, body).toJSON();
  const verdict = vetter.vet(headers, reused);
  const unread = vetter.vet(headers, reused);
  reused.fill(32);
  vetter.vet({}, '');
  assert.deepEqual([verdict.toJSON(), unread.toJSON()], [expected, expected]);
  assert.deepEqual(unread.data, JSON.parse(body).data);
});

test('thousands of verdicts without free stay readable, and cost no memory in the instance', () => {
  const expected = vetter.vet(headers, body).text();
  const kept = [];
  for (let i = 0; i < 5000; i += 1) kept.push(vetter.vet(headers, i % 2 ? bytes : body));
  vetter.vet({}, 'x');
  for (const verdict of kept) assert.equal(verdict.text(), expected);
  for (const verdict of kept.slice(0, 10)) assert.equal(verdict.data.status, 'PENDING');
});

test('options of the wrong type are a TypeError that names the option', () => {
  for (const [options, name] of [
    [{ policy: 7 }, 'policy'],
    [{ rules: 'CE-V5' }, 'rules'],
    [{ rules: null }, 'rules'],
    [{ secrets: SECRET }, 'secrets'],
    [{ secrets: [7] }, 'secrets'],
    [{ secrets: [{ label: 'x' }] }, 'secrets'],
    [{ secrets: [{ secret: SECRET, label: 7 }] }, 'secrets'],
    [{ secrets: [{ secret: SECRET, expires: 'soon' }] }, 'secrets'],
    [{ secrets: [{ secret: SECRET, expires: NaN }] }, 'secrets'],
    [{ allowUnsigned: 'yes' }, 'allowUnsigned'],
    [{ tolerance: '300' }, 'tolerance'],
    [{ tolerance: -1 }, 'tolerance'],
    [{ tolerance: NaN }, 'tolerance'],
    [{ maxBody: 1.5 }, 'maxBody'],
    [{ now: 5 }, 'now'],
    [{ polcy: 'strict' }, 'polcy'],
  ]) {
    assert.throws(
      () => new Vetter('dataspike', options),
      (error) => error instanceof TypeError && error.message.includes(name),
    );
  }
  assert.throws(() => new Vetter('amlyze', 'strict'), TypeError);
  assert.throws(() => new Vetter('amlyze', null), TypeError);
  assert.throws(() => new Vetter(), TypeError);
});

test('options of the wrong value are a HookvetError with a code', () => {
  for (const [vendor, options, code] of [
    ['nobody', {}, 'vendor'],
    ['amlyze', { policy: 'lax' }, 'policy'],
    ['amlyze', { rules: { 'CE-nothing': 'off' } }, 'rule'],
    ['amlyze', { rules: { 'CE-V5': 'fatal' } }, 'level'],
    ['dataspike', {}, 'no-secret'],
    ['dataspike', { secrets: [] }, 'no-secret'],
    ['dataspike', { secrets: ['hunter2'] }, 'secret'],
    ['dataspike', { secrets: ['whsec_\u20ac'] }, 'secret'],
    ['amlyze', { acceptedStatus: 500 }, 'status'],
  ]) {
    assert.throws(() => new Vetter(vendor, options), hasCode(code), code);
  }
  assert.throws(
    () => new Vetter('dataspike', { secrets: ['hunter2'] }),
    (error) => !error.message.includes('hunter2'),
  );
});

test('options do what they do in Rust', () => {
  assert.equal(new Vetter('amlyze', { acceptedStatus: 202 }).vet(headers, body).status, 202);
  assert.equal(new Vetter('amlyze', { policy: 'strict' }).vet(headers, body).accepted, false);
  assert.equal(new Vetter('amlyze', { rules: { 'AMLYZE-D04': 'error' } }).vet(headers, body).accepted, false);
  assert.equal(new Vetter('amlyze', { maxDepth: 1 }).vet(headers, body).status, 400);
  assert.equal(new Vetter('amlyze', { maxBody: 10 }).maxBody, 10);
  assert.equal(new Vetter('amlyze').maxBody, 256 * 1024);
});

const envelope = (await example('DOCVER')).body;
const signed = (timestamp, secret = SECRET) => ({
  'content-type': 'application/json',
  ...sign('dataspike', { secret, timestamp, body: envelope }),
});

test('signatures are checked by the clock that is given', () => {
  const at = (now, options) => new Vetter('dataspike', { secrets: [SECRET], now: () => now, ...options });
  assert.equal(at(1000).vet(signed(1000), envelope).authenticity, 'verified');
  assert.equal(at(1300.9).vet(signed(1000), envelope).authenticity, 'verified');
  assert.deepEqual(rulesOf(at(1301).vet(signed(1000), envelope)), ['SIG-stale']);
  assert.equal(at(1301, { tolerance: 400 }).vet(signed(1000), envelope).accepted, true);
  assert.deepEqual(rulesOf(at(1000).vet(signed(1000), `${envelope} `)), ['SIG-mismatch']);
  assert.throws(() => at('now').vet(signed(1000), envelope), TypeError);
  const now = Math.floor(Date.now() / 1000);
  assert.equal(new Vetter('dataspike', { secrets: [SECRET] }).vet(signed(now), envelope).authenticity, 'verified');
});

test('what an expired secret has signed is refused by SIG-expired, and old verdicts stay what they were', () => {
  let now = 1000;
  const second = 'whsec_00';
  const secrets = [{ secret: SECRET, label: 'old \u20ac', expires: 1100 }, second];
  const turning = new Vetter('dataspike', { secrets, now: () => now });
  const before = turning.vet(signed(1000), envelope);
  const copy = turning.vet(signed(1000), envelope).text();
  now = 1100;
  const expired = turning.vet(signed(1000), envelope);
  assert.deepEqual([expired.status, rulesOf(expired)], [401, ['SIG-expired']]);
  assert.ok(expired.findings[0].message.includes('old \u20ac'));
  assert.equal(turning.vet(signed(1000, second), envelope).accepted, true);
  assert.equal(before.text(), copy);
  const last = new Vetter('dataspike', { secrets: [{ secret: SECRET, expires: 1100 }], now: () => now - 200 });
  now = 1200;
  assert.equal(last.vet(signed(1000), envelope).accepted, true);
  now = 1300;
  assert.deepEqual(rulesOf(last.vet(signed(1000), envelope)), ['SIG-expired']);
  for (const [expires, is] of [
    [0, true],
    [-5, true],
    [1000, true],
    [1000.5, false],
    [1001, false],
    [1e300, false],
    [Infinity, false],
    [undefined, false],
  ]) {
    const one = new Vetter('dataspike', { secrets: [{ secret: SECRET, expires }], now: () => 1000 });
    assert.equal(rulesOf(one.vet(signed(1000), envelope)).includes('SIG-expired'), is, `${expires}`);
  }
});

test('a freed vetter says so, and its verdicts can still be read', () => {
  const short = new Vetter('amlyze');
  const [verdict, pending] = [short.vet(headers, body), short.open(headers)];
  vetter.vet({}, '');
  short.free();
  short.free();
  assert.equal(verdict.text(), vetter.vet(headers, body).text());
  assert.throws(() => short.vet(headers, body), hasCode('freed'));
  assert.throws(() => short.open(headers), hasCode('freed'));
  assert.throws(() => pending.close(body), hasCode('freed'));
});

test('thousands of vetters are made and freed', () => {
  for (let i = 0; i < 3000; i += 1) {
    const one = new Vetter('amlyze');
    assert.equal(one.vet(headers, body).accepted, true);
    one.free();
  }
});

test('open refuses by the headers alone, and close gives what vet gives', () => {
  const pending = vetter.open(headers);
  assert.equal(pending.rejected, undefined);
  vetter.vet({}, 'something in between');
  assert.equal(pending.close(bytes).text(), vetter.vet(headers, bytes).text());
  const refused = vetter.open({ 'content-type': 'text/plain' });
  assert.equal(refused.rejected.status, 415);
  assert.equal(refused.close(bytes), refused.rejected);
  assert.deepEqual(rulesOf(pending.closeTooLarge()), ['LIMIT-body']);
  assert.deepEqual(rulesOf(pending.closeIncomplete()), ['HTTP-incomplete']);
});

test('code of the caller that runs in between disturbs nothing', () => {
  const nasty = {
    get 'ce-id'() {
      vetter.vet({ 'content-type': 'text/plain' }, 'x');
      return '1';
    },
    ...Object.fromEntries(headers),
  };
  assert.equal(
    vetter.vet(nasty, body).text(),
    vetter.vet({ 'ce-id': '1', ...Object.fromEntries(headers) }, body).text(),
  );
});

test('a batch has a verdict for each event, with its data', () => {
  const event = (id, data) => ({ specversion: '1.0', id, source: '/', type: 't', data });
  const sent = { 'content-type': 'application/cloudevents-batch+json' };
  const verdict = new Vetter('cloudevents', { solicitBatches: true }).vet(
    sent,
    JSON.stringify([event('1', { a: 1 }), event('2', [2])]),
  );
  assert.equal(verdict.accepted, true, verdict.text());
  assert.deepEqual([verdict.event, verdict.data], [undefined, undefined]);
  assert.deepEqual(
    verdict.batch.map((one) => one.data),
    [{ a: 1 }, [2]],
  );
  assert.deepEqual(
    verdict.batch.map((one) => [one.accepted, one.status, one.event.id]),
    [
      [true, 204, '1'],
      [true, 204, '2'],
    ],
  );
  assert.deepEqual(
    verdict.batch.map((one) => one.text()),
    verdict.toJSON().batch.map((one) => JSON.stringify(one)),
  );
});

test('a verdict prints nothing of a delivery by itself, and turns into its JSON', async () => {
  const { inspect } = await import('node:util');
  const verdict = vetter.vet(headers, body);
  assert.ok(!inspect(verdict, { depth: 9, showHidden: true }).includes('1234'));
  assert.equal(JSON.stringify(verdict), verdict.text());
  assert.ok(verdict instanceof Verdict);
  verdict.toJSON().status = 500;
  assert.equal(verdict.status, 204);
});

test('an answer has status, problem document and headers', async () => {
  const accepted = vetter.vet(headers, body).response();
  assert.deepEqual([accepted.status, await accepted.text()], [204, '']);
  const refused = vetter.vet({}, body);
  const answer = refused.response({ headers: { 'retry-after': '5' } });
  assert.equal(answer.status, refused.status);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  assert.equal(answer.headers.get('retry-after'), '5');
  assert.equal(await answer.text(), refused.problem());
  const down = vetter.refuse('STORE-unavailable');
  assert.deepEqual([down.status, down.accepted, JSON.parse(down.problem()).status], [503, false, 503]);
  assert.match(vetter.refuse('STORE-unavailable', 'the d\u00e9p\u00f4t is closed').problem(), /dépôt/);
  assert.throws(() => vetter.refuse('STORE-nothing'), hasCode('rule'));
  assert.throws(() => vetter.refuse(7), TypeError);
});

const request = (init = {}) =>
  new Request('http://localhost/', { method: 'POST', headers, body, duplex: 'half', ...init });

test('a Request is vetted, and its body comes along', async () => {
  const { verdict, body: received } = await vetter.vetRequest(request());
  assert.equal(verdict.text(), vetter.vet(headers, body).text());
  assert.equal(new TextDecoder().decode(received), body);
  const empty = await vetter.vetRequest(request({ body: null }));
  assert.equal(empty.verdict.text(), vetter.vet(headers, '').text());
});

test('a Request in pieces is vetted as a whole', async () => {
  const pieces = ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  assert.equal((await vetter.vetRequest(request({ body: pieces }))).verdict.text(), vetter.vet(headers, body).text());
});

test('a Request that never ends is cancelled past the limit', async () => {
  let [sent, reason] = [0, null];
  const endless = new ReadableStream({
    pull: (controller) => {
      sent += 65536;
      controller.enqueue(new Uint8Array(65536));
    },
    cancel: () => {
      reason = 'cancelled';
    },
  });
  const { verdict, body: received } = await vetter.vetRequest(request({ body: endless }));
  assert.deepEqual([verdict.status, rulesOf(verdict), received.length], [413, ['LIMIT-body'], 0]);
  assert.equal(reason, 'cancelled');
  assert.ok(sent <= vetter.maxBody + 3 * 65536, `${sent}`);
});

test('a Request that announces too much is not read', async () => {
  let pulled = 0;
  const unread = new ReadableStream(
    {
      pull: () => {
        pulled += 1;
      },
    },
    { highWaterMark: 0 },
  );
  const announced = [...headers, ['content-length', '99999999']];
  const { verdict } = await vetter.vetRequest(request({ headers: announced, body: unread }));
  assert.deepEqual([verdict.status, pulled], [413, 0]);
});

test('a Request that breaks off is refused', async () => {
  const broken = new ReadableStream({
    start: (controller) => controller.enqueue(bytes.subarray(0, 9)),
    pull: (controller) => controller.error(new Error('reset')),
  });
  const { verdict, body: received } = await vetter.vetRequest(request({ body: broken }));
  assert.deepEqual([verdict.status, rulesOf(verdict), received.length], [400, ['HTTP-incomplete'], 0]);
});

test('a Request with the wrong method is answered with 405 and Allow', async () => {
  const { verdict } = await vetter.vetRequest(new Request('http://localhost/', { headers }));
  const answer = verdict.response();
  assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
});

test('an answer names the codings that are taken where the coding refuses, and not where it is only reported', () => {
  const compressed = [...headers, ['content-encoding', 'gzip']];
  const codings = (vetter, given) => vetter.vet(given, body).response().headers.get('accept-encoding');
  assert.equal(codings(vetter, compressed), 'identity');
  const lenient = new Vetter('amlyze', { rules: { 'HTTP-content-encoding': 'warning' } });
  const both = [...compressed, ['content-type', 'text/plain']];
  const verdict = lenient.vet(both, body);
  assert.deepEqual([verdict.accepted, rulesOf(verdict).includes('HTTP-content-encoding')], [false, true]);
  assert.equal(codings(lenient, both), null);
});

test('a Request whose headers refuse it is not read', async () => {
  const { verdict } = await vetter.vetRequest(request({ headers: { 'content-type': 'text/plain' } }));
  assert.equal(verdict.status, 415);
});

test('a Request that was read before is a TypeError', async () => {
  const read = request();
  await read.text();
  await assert.rejects(vetter.vetRequest(read), TypeError);
  await assert.rejects(vetter.vetRequest(null), TypeError);
  await assert.rejects(vetter.vetRequest({ method: 'POST' }), TypeError);
});

test('every event has a schema, examples that are accepted, and a title', async () => {
  assert.equal(events().length, 40);
  for (const { vendor, type, title, schema: id } of events()) {
    assert.equal((await schema(type, vendor)).$id, id);
    assert.equal((await schema(type)).title, title);
    const all = await examples(type);
    assert.ok(all.length > 0);
    for (const one of all) {
      const verdict = new Vetter(vendor, { allowUnsigned: true }).vet(one.headers, one.body);
      assert.deepEqual([verdict.accepted, verdict.type], [true, type], one.name);
    }
  }
  await assert.rejects(schema('nothing'), hasCode('unknown-event'));
  await assert.rejects(example('DOCVER', 'amlyze'), hasCode('unknown-event'));
  await assert.rejects(schema('__proto__'), hasCode('unknown-event'));
});

test('every rule is listed, and can be set', async () => {
  const all = await rules();
  assert.ok(all.length > 100);
  for (const { id } of all) assert.doesNotThrow(() => new Vetter('cloudevents', { rules: { [id]: 'warning' } }), id);
});

test('signing asks for what it needs', () => {
  assert.throws(() => sign('amlyze', { secret: SECRET, body }), hasCode('unsigned'));
  assert.throws(() => sign('dataspike', { secret: 'hunter2', body }), hasCode('secret'));
  assert.throws(() => sign('dataspike', { secret: SECRET, body: null }), TypeError);
  assert.throws(() => sign('dataspike', { secret: 7, body }), TypeError);
  assert.throws(() => sign('dataspike', { secret: SECRET, timestamp: -1, body }), TypeError);
});
