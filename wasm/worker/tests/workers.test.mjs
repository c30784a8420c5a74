// Both Workers in the real runtime: what they answer, what they keep, and what becomes of it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sign, Vetter } from 'hookvet';
import { names } from '../tools/bundle.mjs';
import { answerOf, bodyOf, files, SECRET, start } from './runtime.mjs';

const PROBLEM = 'application/problem+json';
const NOW = 1_773_147_225;
const DAY = 24 * 60 * 60;

const golden = files('golden/');
const problems = files('problems/');

/** A customer update of AMLYZE; a member of its own makes a body of its own. */
function customer(id, { riskLevel = 'HIGH', more = {} } = {}) {
  const headers = [
    ['content-type', 'application/json'],
    ['ce-specversion', '1.0'],
    ['ce-id', id],
    ['ce-source', 'customer'],
    ['ce-type', 'com.amlyze.customer.updated'],
    ['ce-subject', '42'],
  ];
  const body = JSON.stringify({ customerExternalID: '42', riskLevel, updatedAt: '2026-03-10T12:53:45Z', ...more });
  return { path: '/amlyze', headers, body };
}

/** A signed delivery of Dataspike. */
function screening({ secret = SECRET, timestamp = NOW } = {}) {
  const id = '01827ed4-c928-7a3c-9a30-7ab7cc169d11';
  const body = JSON.stringify({
    id,
    webhook_id: id,
    event_type: 'AML_SCREENING',
    timestamp: '2023-07-18T15:32:13Z',
    payload: {},
  });
  const signature = sign('dataspike', { secret, timestamp, body });
  return { path: '/dataspike', headers: [['content-type', 'application/json'], ...Object.entries(signature)], body };
}

/** What a Worker is set to for a case; undefined where a Worker has no such setting. */
function settingsOf({ request, settings = {} }) {
  const { credentials, peers, wait, methods, sink, max_body: maxBody, ...unknown } = settings;
  assert.deepEqual(unknown, {});
  const secrets = request.secrets ?? [];
  const isPlain = secrets.every((secret) => typeof secret === 'string');
  if (request.reveal || credentials || peers || wait || methods || !isPlain) return undefined;
  const values = {
    POLICY: request.policy,
    RULES: Object.entries(request.rules ?? {})
      .map((pair) => pair.join('='))
      .join(' '),
    DATASPIKE_SECRET: secrets.join(' '),
    ALLOW_UNSIGNED: 'true',
    SOLICIT_BATCHES: `${request.batches ?? false}`,
    MAX_BODY: maxBody && `${maxBody}`,
    QUARANTINE_TO: sink && 'store',
  };
  return { now: request.now ?? 0, settings: values, isStoreBroken: sink === 'fails' };
}

/** What the runtime gives to a Worker: headers in alphabetical order, those of one name joined by a comma. */
function seenByWorkers(headers) {
  const all = new Map();
  for (const [name, value] of headers.map(([name, value]) => [name.toLowerCase(), value])) {
    all.set(name, all.has(name) ? `${all.get(name)}, ${value}` : value);
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Cases that turn on the order of headers, or on one that comes twice. Workers judge what they are given of them. */
const SEEN_OTHERWISE = ['amlyze-repeated-type', 'amlyze-two-content-types', 'cloudevents-every-header-fault-at-once'];

/** What the npm package answers under Node to what a Worker is given. */
function answerOfPackage({ vendor, policy, rules, secrets, headers, now = 0, batches, ...request }) {
  const vetter = new Vetter(vendor, {
    policy,
    rules,
    secrets,
    solicitBatches: batches,
    allowUnsigned: true,
    now: () => now,
  });
  const verdict = vetter.vet(seenByWorkers(headers), bodyOf(request));
  if (verdict.accepted) return { status: 204, headers: [], body: '' };
  return { status: verdict.status, headers: [['content-type', PROBLEM]], body: verdict.problem() };
}

/** The answers that a Worker has to give: one for each refused delivery, and those that only a receiver gives. */
function* refusals() {
  for (const { name, request, answer, settings } of problems) {
    const given = request ?? golden.find((other) => other.name === name).request;
    yield { name, request: given, answer, test: settingsOf({ request: given, settings }) };
  }
}

/** Cases that need what no Worker can be set to. */
const LEFT_OUT = [
  'amlyze-wrong-json-type-revealed',
  'dataspike-expired-secret',
  'receiver-credential-missing',
  'receiver-credential-wrong',
  'receiver-header-credential-wrong',
  'receiver-method',
  'receiver-peer-unknown',
  'receiver-peer',
  'receiver-too-fast',
  'receiver-unproven-is-not-set-aside',
];

test('the cases that are left out need what no Worker can be set to', () => {
  const leftOut = [...refusals()].filter(({ test }) => test === undefined).map(({ name }) => name);
  assert.deepEqual(leftOut, LEFT_OUT);
  assert.equal(problems.length, golden.filter(({ verdict }) => verdict.decision === 'reject').length + 11);
});

for (const name of names) {
  describe(name, () => {
    let worker;
    before(async () => {
      worker = await start(name);
    });
    after(() => worker?.stop());

    const rows = (vendor, query) => worker.store('rows', vendor, query);

    describe('refuses as axum does', () => {
      for (const { name: file, request: sent, answer, test: settings } of refusals()) {
        if (settings === undefined) continue;
        test(file, async () => {
          await worker.store('clear', sent.vendor);
          const delivery = { path: `/${sent.vendor}`, method: sent.method, headers: sent.headers, body: bodyOf(sent) };
          const given = await worker.send({ ...delivery, test: settings });
          const expected = SEEN_OTHERWISE.includes(file) ? answerOfPackage(sent) : answer;
          assert.deepEqual(given, expected);
          assert.equal((await rows(sent.vendor)).length, expected.status < 300 ? 1 : 0);
        });
      }
    });

    describe('keeps what it accepts, with the verdict of the core', () => {
      for (const { name: file, text, request: sent, verdict } of golden) {
        const settings = settingsOf({ request: sent });
        if (verdict.decision !== 'accept' || settings === undefined) continue;
        test(file, async () => {
          await worker.store('clear', sent.vendor);
          const delivery = { path: `/${sent.vendor}`, headers: sent.headers, body: bodyOf(sent) };
          const given = await worker.send({ ...delivery, test: settings });
          assert.deepEqual(given, { status: 204, headers: [], body: '' });
          const [row, ...others] = await rows(sent.vendor);
          assert.deepEqual(others, []);
          assert.equal(
            row.verdict,
            text.slice(text.indexOf('\n  "verdict": ') + '\n  "verdict": '.length, -'\n}\n'.length),
          );
          assert.equal(row.bodyBase64, bodyOf(sent).toString('base64'));
          assert.equal(row.key, verdict.event?.key ?? null);
          assert.equal(row.type, verdict.event?.type ?? null);
          assert.deepEqual([row.vendor, row.decision, row.redeliveries], [sent.vendor, 'accept', 0]);
        });
      }
    });

    describe('authenticity', () => {
      test('a signed delivery is taken', async () => {
        const given = await worker.send({ ...screening(), test: { now: NOW } });
        assert.deepEqual(given, { status: 204, headers: [], body: '' });
        assert.equal(JSON.parse((await rows('dataspike')).at(-1).verdict).authenticity, 'verified');
      });

      test('a delivery signed by the real clock is taken', async () => {
        const given = await worker.send({ ...screening({ timestamp: Math.floor(Date.now() / 1000) }), test: {} });
        assert.equal(given.status, 204);
      });

      test('a wrong signature is refused and not kept', async () => {
        await worker.store('clear', 'dataspike');
        const delivery = screening({ secret: SECRET.replace('a1b2', '0000') });
        const given = await worker.send({ ...delivery, test: { now: NOW } });
        const vetter = new Vetter('dataspike', { secrets: [SECRET], now: () => NOW });
        const body = vetter.vet(delivery.headers, delivery.body).problem();
        assert.deepEqual(given, { status: 401, headers: [['content-type', PROBLEM]], body });
        assert.match(body, /"rule":"SIG-mismatch"/);
        assert.deepEqual(await rows('dataspike'), []);
      });

      test('the second of two secrets is as good', async () => {
        const delivery = screening({ secret: 'whsec_000102030405060708090a0b0c0d0e0f' });
        const settings = { DATASPIKE_SECRET: `${SECRET}, whsec_000102030405060708090a0b0c0d0e0f` };
        const given = await worker.send({ ...delivery, test: { now: NOW, settings } });
        assert.equal(given.status, 204);
      });

      test('without a secret there is no route', async () => {
        const given = await worker.send({ ...screening(), test: { now: NOW, settings: { DATASPIKE_SECRET: '' } } });
        assert.equal(given.status, 404);
      });

      test('what is not proven is not set aside', async () => {
        await worker.store('clear', 'dataspike');
        const delivery = screening({ secret: SECRET.replace('a1b2', '0000') });
        const given = await worker.send({ ...delivery, test: { now: NOW, settings: { QUARANTINE_TO: 'store' } } });
        assert.equal(given.status, 401);
        assert.deepEqual(await rows('dataspike'), []);
      });
    });

    describe('duplicates', () => {
      test('the same delivery is answered alike and kept once', async () => {
        await worker.store('clear', 'amlyze');
        for (let time = 0; time < 3; time += 1) assert.equal((await worker.send(customer('again'))).status, 204);
        const kept = await rows('amlyze');
        assert.deepEqual(
          kept.map(({ key, redeliveries }) => [key, redeliveries]),
          [['customer again', 2]],
        );
      });

      test('deliveries that come at once are kept once', async () => {
        await worker.store('clear', 'amlyze');
        const answers = await Promise.all(Array.from({ length: 8 }, () => worker.send(customer('at once'))));
        assert.deepEqual(
          answers.map(({ status }) => status),
          Array(8).fill(204),
        );
        assert.deepEqual(
          (await rows('amlyze')).map(({ redeliveries }) => redeliveries),
          [7],
        );
      });

      test('another body under the same key is kept besides', async () => {
        await worker.store('clear', 'amlyze');
        for (const riskLevel of ['HIGH', 'LOW']) await worker.send(customer('conflict', { riskLevel }));
        assert.deepEqual(
          (await rows('amlyze')).map(({ key }) => key),
          ['customer conflict', 'customer conflict'],
        );
      });

      test("without a key a delivery is nobody's duplicate", async () => {
        await worker.store('clear', 'amlyze');
        const { headers, ...delivery } = customer('none');
        const sent = { ...delivery, headers: headers.filter(([header]) => header !== 'ce-id') };
        for (let time = 0; time < 2; time += 1) {
          assert.equal((await worker.send({ ...sent, test: { settings: { POLICY: 'observe' } } })).status, 204);
          assert.equal((await worker.send({ ...sent, test: { settings: { QUARANTINE_TO: 'store' } } })).status, 202);
        }
        const kept = (await rows('amlyze')).map(({ key, decision, redeliveries }) => [key, decision, redeliveries]);
        assert.deepEqual(
          kept,
          ['accept', 'reject', 'accept', 'reject'].map((decision) => [null, decision, 0]),
        );
      });

      test('another attribute under the same key is kept besides', async () => {
        await worker.store('clear', 'amlyze');
        const { headers, ...delivery } = customer('half');
        for (const more of [[], [], [['ce-note', 'é%20']], [['ce-note', 'é%20']]])
          await worker.send({ ...delivery, headers: [...headers, ...more] });
        assert.deepEqual(
          (await rows('amlyze')).map(({ redeliveries }) => redeliveries),
          [1, 1],
        );
      });

      test('what a store of before holds is kept, and its numbers go on', async () => {
        const given = await worker.send({ ...customer('after'), test: { isStoreOfBefore: true } });
        assert.equal(given.status, 204);
        const kept = await worker.store('rows', 'amlyze', { ofBefore: true });
        assert.deepEqual(
          kept.map(({ seq, key, redeliveries }) => [seq, key, redeliveries]),
          [
            [3, 'customer 1', 5],
            [5, null, 0],
            [10, 'customer after', 0],
          ],
        );
      });

      test('what was set aside is kept as accepted once the settings take it', async () => {
        await worker.store('clear', 'amlyze');
        const delivery = customer('later', { riskLevel: 'SEVERE' });
        const refused = await worker.send({ ...delivery, test: { settings: { QUARANTINE_TO: 'store' } } });
        const taken = await worker.send({ ...delivery, test: { settings: { POLICY: 'tolerant' } } });
        assert.deepEqual([refused.status, taken.status], [202, 204]);
        assert.deepEqual(
          (await rows('amlyze')).map(({ decision }) => decision),
          ['reject', 'accept'],
        );
      });

      test('they are known for seven days, and then what is old is deleted', async () => {
        await worker.store('clear', 'amlyze');
        // In years to come, so that the runtime itself does not ring.
        const now = Math.floor(Date.now() / 1000) + 3650 * DAY;
        await worker.send({ ...customer('old'), test: { now } });
        assert.equal(await worker.store('due', 'amlyze'), (now + 7 * DAY) * 1000);
        await worker.send({ ...customer('new'), test: { now: now + DAY } });
        const next = await worker.store('alarm', 'amlyze', { time: (now + 7 * DAY - 1) * 1000 });
        // Nothing is old enough yet, and it is not looked at again at once.
        assert.equal(next, (now + 7 * DAY - 1 + 60 * 60) * 1000);
        assert.equal((await rows('amlyze')).length, 2);
        const last = await worker.store('alarm', 'amlyze', { time: (now + 7 * DAY) * 1000 });
        assert.equal(last, (now + 8 * DAY) * 1000);
        assert.deepEqual(
          (await rows('amlyze')).map(({ key }) => key),
          ['customer new'],
        );
        await worker.store('alarm', 'amlyze', { time: (now + 8 * DAY) * 1000 });
        assert.deepEqual(await rows('amlyze'), []);
      });
    });

    test('what is kept is listed in pages', async () => {
      await worker.store('clear', 'amlyze');
      for (let id = 0; id < 3; id += 1) await worker.send(customer(`page ${id}`));
      const first = await rows('amlyze', { limit: 2 });
      const second = await rows('amlyze', { after: first.at(-1).seq, limit: 2 });
      assert.deepEqual(
        [...first, ...second].map(({ key }) => key),
        [0, 1, 2].map((id) => `customer page%20${id}`),
      );
    });

    test('credentials are left out of what is kept', async () => {
      await worker.store('clear', 'amlyze');
      const { headers, ...delivery } = customer('door');
      await worker.send({ ...delivery, headers: [...headers, ['authorization', 'Bearer t'], ['cookie', 'c=1']] });
      const kept = JSON.parse((await rows('amlyze'))[0].headers);
      assert.deepEqual(
        kept.filter(([name]) => name === 'authorization' || name === 'cookie'),
        [],
      );
      assert.deepEqual(
        kept.find(([name]) => name === 'ce-id'),
        ['ce-id', 'door'],
      );
    });

    describe('a store that fails', () => {
      for (const [file, what, delivery, settings] of [
        ['an accepted delivery', 'stored', customer('lost'), {}],
        ['a refused one', 'set aside', customer('lost', { riskLevel: 'SEVERE' }), { QUARANTINE_TO: 'store' }],
      ]) {
        test(file, async () => {
          const given = await worker.send({ ...delivery, test: { settings, isStoreBroken: true } });
          assert.deepEqual(given, unavailable(`the delivery could not be ${what}; send it again`));
        });
      }
    });

    describe('a queue', () => {
      const settings = { DELIVER_TO: 'queue' };

      test('it is given the delivery before that is acknowledged', async () => {
        const delivery = customer('queued');
        const given = await worker.send({ ...delivery, test: { now: NOW, settings } });
        assert.deepEqual(given, { status: 202, headers: [], body: '' });
        const message = await messageWith('customer queued');
        const { receivedAt, bodyBase64, headers, verdict, digest, ...rest } = message;
        assert.deepEqual(rest, {
          vendor: 'amlyze',
          decision: 'accept',
          key: 'customer queued',
          type: 'com.amlyze.customer.updated',
        });
        assert.equal(receivedAt, NOW * 1000);
        assert.equal(digest, digestOf(JSON.parse(verdict).event, delivery.body));
        assert.equal(Buffer.from(bodyBase64, 'base64').toString(), delivery.body);
        assert.deepEqual(
          headers.find(([header]) => header === 'ce-id'),
          ['ce-id', 'queued'],
        );
        assert.equal(JSON.parse(verdict).decision, 'accept');
      });

      test('refused deliveries can go there too', async () => {
        const delivery = customer('odd', { riskLevel: 'SEVERE' });
        const given = await worker.send({ ...delivery, test: { settings: { QUARANTINE_TO: 'queue' } } });
        assert.equal(given.status, 202);
        assert.equal((await messageWith('customer odd')).decision, 'reject');
      });

      test('a body that no message can hold is too large', async () => {
        const delivery = customer('heavy', { more: { note: 'x'.repeat(64 * 1024) } });
        assert.equal((await worker.send({ ...delivery, test: { settings } })).status, 413);
      });

      test('where it takes nothing, the sender comes again', async () => {
        const delivery = customer('heavier', { more: { note: 'x'.repeat(150_000) } });
        const given = await worker.send({ ...delivery, test: { settings: { ...settings, MAX_BODY: '200000' } } });
        assert.deepEqual(given, unavailable('the delivery could not be stored; send it again'));
      });

      async function messageWith(key) {
        for (let tries = 0; tries < 200; tries += 1) {
          const message = (await worker.store('messages', 'all')).find((other) => other.key === key);
          if (message !== undefined) return message;
          await sleep(50);
        }
        throw new Error(`no message ${key}`);
      }
    });

    describe('an origin', () => {
      const seen = [];
      let server;
      let settings;
      before(async () => {
        server = createServer(async (request, response) => {
          const chunks = [];
          for await (const chunk of request) chunks.push(chunk);
          seen.push({
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
          });
          if (request.headers['ce-id'] === 'moved') response.writeHead(302, { location: '/elsewhere' }).end();
          else response.writeHead(200, { 'content-type': 'text/plain', 'x-origin': 'yes' }).end('taken');
        });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        settings = { DELIVER_TO: 'origin', ORIGIN: `http://127.0.0.1:${server.address().port}/in/` };
      });
      after(() => server.close());

      test('it gets the same headers and bytes, and its answer is the answer', async () => {
        const { headers, body } = customer('there and back', { more: { spaced: '  ü\u0001 ' } });
        const delivery = {
          headers: [...headers, ['authorization', 'Bearer t'], ['x-own', 'a, b']],
          body: ` ${body}\r\n`,
        };
        const given = await worker.send({ ...delivery, path: '/amlyze', test: { settings } });
        assert.deepEqual([given.status, given.body], [200, 'taken']);
        assert.deepEqual(
          given.headers.find(([header]) => header === 'x-origin'),
          ['x-origin', 'yes'],
        );
        const { method, url, headers: got, body: bytes } = seen.at(-1);
        assert.deepEqual([method, url, bytes], ['POST', '/in/amlyze', ` ${body}\r\n`]);
        for (const [header, value] of delivery.headers) assert.equal(got[header], value);
        assert.equal(got['content-length'], `${Buffer.byteLength(bytes)}`);
      });

      test('a refused delivery never gets there', async () => {
        const count = seen.length;
        const given = await worker.send({ ...customer('refused', { riskLevel: 'SEVERE' }), test: { settings } });
        assert.equal(given.status, 422);
        assert.equal(seen.length, count);
      });

      test("a redirect is the sender's to see", async () => {
        const given = await worker.send({ ...customer('moved'), test: { settings } });
        assert.equal(given.status, 302);
      });

      test('where there is none, the sender comes again', async () => {
        const gone = createServer().listen(0, '127.0.0.1');
        await once(gone, 'listening');
        const ORIGIN = `http://127.0.0.1:${gone.address().port}`;
        await new Promise((closed) => gone.close(closed));
        const given = await worker.send({ ...customer('nobody'), test: { settings: { ...settings, ORIGIN } } });
        assert.deepEqual(given, unavailable('the delivery could not be handed on; send it again'));
      });
    });

    describe('bodies without a length', () => {
      /** Sends pieces until the body ends or the answer is there; says how much was sent by then. */
      function stream(headers, path, pieces) {
        return new Promise((resolve, reject) => {
          let sentBytes = 0;
          let isAnswered = false;
          const { hostname: host, port } = worker.address;
          const sent = request({ method: 'POST', host, port, path, headers: headers.flat() }, (answer) => {
            isAnswered = true;
            answerOf(answer)
              .then((given) => resolve({ given, sentBytes }), reject)
              .finally(() => sent.destroy());
          });
          sent.on('error', (error) => isAnswered || reject(error));
          (async () => {
            for (const piece of pieces) {
              if (isAnswered || sent.destroyed) return;
              sentBytes += piece.length;
              // Time to read an answer: the runtime closes a connection on whoever writes on.
              await sleep(2);
              if (!sent.write(piece))
                await Promise.race([once(sent, 'drain'), once(sent, 'close'), once(sent, 'response')]);
            }
            sent.end();
          })().catch(reject);
        });
      }

      const chunked = (headers) => [['host', 'localhost'], ['transfer-encoding', 'chunked'], ...headers];

      test('they are taken up to the limit', async () => {
        const { headers, body } = customer('chunked');
        const { given } = await stream(
          chunked(headers),
          '/amlyze',
          body.split(/(?=[,:])/).map((piece) => Buffer.from(piece)),
        );
        assert.deepEqual(given, { status: 204, headers: [], body: '' });
      });

      test('and refused behind it, without the rest', async () => {
        const { headers } = customer('endless');
        const piece = Buffer.alloc(64 * 1024, ' ');
        const total = 4096 * piece.length;
        const { given, sentBytes } = await stream(chunked(headers), '/amlyze', Array(4096).fill(piece));
        assert.deepEqual([given.status, given.headers], [413, [['content-type', PROBLEM]]]);
        assert.match(given.body, /"rule":"LIMIT-body".*larger than the limit of 262144 bytes/);
        assert.ok(sentBytes < total / 4, `${sentBytes} of ${total} bytes were sent by then`);
        assert.equal((await worker.send(customer('afterwards'))).status, 204);
      });

      test('a body that announces too much is not read', async () => {
        const { headers } = customer('announced');
        const announced = [['host', 'localhost'], ['content-length', '300000'], ...headers];
        const { given } = await stream(announced, '/amlyze', [Buffer.alloc(1, ' '), Buffer.alloc(299_999, ' ')]);
        assert.equal(given.status, 413);
      });

      test('a sender that goes away leaves nothing behind', async () => {
        await worker.store('clear', 'amlyze');
        const { headers, body } = customer('cut');
        const { hostname: host, port } = worker.address;
        const cut = [['host', 'localhost'], ['content-length', `${body.length + 10}`], ...headers];
        const sent = request({ method: 'POST', host, port, path: '/amlyze', headers: cut.flat() });
        sent.on('error', () => {});
        sent.write(body);
        await sleep(200);
        sent.destroy();
        assert.equal((await worker.send(customer('still there'))).status, 204);
        assert.deepEqual(
          (await rows('amlyze')).map(({ key }) => key),
          ['customer still%20there'],
        );
      });
    });

    describe('other requests', () => {
      test('another method is answered with the one that is taken', async () => {
        const given = await worker.send({ method: 'GET', path: '/amlyze' });
        const { answer } = problems.find((problem) => problem.name === 'receiver-method');
        const headers = answer.headers.map(([header, value]) => [header, header === 'allow' ? 'POST' : value]);
        assert.deepEqual(given, { ...answer, headers });
      });

      test('an unknown path is not found', async () => {
        assert.equal((await worker.send({ ...customer('lost'), path: '/elsewhere' })).status, 404);
      });

      test('it says that it is there', async () => {
        assert.equal((await worker.send({ method: 'GET', path: '/health' })).status, 204);
      });

      test('a header outside ASCII is judged by its octets', async () => {
        const { headers, ...delivery } = customer('octets');
        const subject = [['ce-subject', Buffer.from('42 Ł€😀').toString('latin1')]];
        const sent = headers.filter(([header]) => header !== 'ce-subject').concat(subject);
        const given = await worker.send({ ...delivery, headers: sent, test: { settings: { POLICY: 'strict' } } });
        const vetter = new Vetter('amlyze', { policy: 'strict' });
        const { status, body } = { status: 400, body: vetter.vet(sent, delivery.body).problem() };
        assert.deepEqual(given, { status, headers: [['content-type', PROBLEM]], body });
      });
    });

    describe('settings that are wrong', () => {
      for (const settings of [
        { POLICY: 'lax' },
        { RULES: 'AMLYZE-D10' },
        { RULES: 'NONE=error' },
        { DELIVER_TO: 'nowhere' },
        { DELIVER_TO: 'origin' },
        { QUARANTINE_TO: 'origin' },
        { MAX_BODY: 'much' },
        { SOLICIT_BATCHES: 'yes' },
        { DATASPIKE_SECRET: 'whsec_nothex' },
      ]) {
        test(JSON.stringify(settings), async () => {
          const given = await worker.send({ ...customer('misled'), test: { settings } });
          assert.equal(given.status, 500);
          assert.doesNotMatch(given.body, /hookvet|policy|secret|variable/i);
        });
      }
    });

    test('the log has a line for each delivery, and no value of any', async () => {
      const unknown = customer('logged-id');
      const headers = unknown.headers.map(([name, value]) => [name, name === 'ce-type' ? 'Jane-Doe' : value]);
      await worker.send({ ...unknown, headers, test: {} });
      await worker.send({ ...customer('logged-id', { riskLevel: 'SEVERE-value' }), test: {} });
      const line =
        /\{"vendor":"amlyze","type":"com\.amlyze\.customer\.updated","status":422,.*\[\["SCHEMA-enum","drift","body:\/riskLevel"\]\]\}/;
      for (let tries = 0; tries < 100 && !line.test(worker.output()); tries += 1) await sleep(20);
      assert.match(worker.output(), line);
      assert.match(worker.output(), /\{"vendor":"amlyze","type":"other","status":204,/);
      assert.doesNotMatch(worker.output(), /logged-id|Jane|SEVERE-value|a1b2c3d4|nothex|Bearer/);
    });
  });
}

/** What `event_digest` of the Rust crate says, by its description. */
function digestOf({ key, attributes, ...named }, body) {
  const netstring = (text) => `${Buffer.byteLength(text)}:${text},`;
  const pairs = Object.entries({ ...attributes, ...named }).filter(([, value]) => value !== null);
  const text = pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.map(netstring).join(''))
    .join('');
  return createHash('sha256').update(netstring(text)).update(body).digest('hex');
}

/** What a sender is told whose delivery could not be kept. */
function unavailable(message) {
  const body = JSON.stringify({
    type: 'urn:hookvet:problem:unavailable',
    title: 'The delivery cannot be taken at the moment',
    status: 503,
    detail: `STORE-unavailable at request: ${message}`,
    findings: [{ rule: 'STORE-unavailable', severity: 'error', where: 'request', message, refuses: true }],
  });
  return {
    status: 503,
    headers: [
      ['content-type', PROBLEM],
      ['retry-after', '5'],
    ],
    body,
  };
}
