// Prints what the package says about some deliveries; the same in every runtime, to the byte.

import { events, example, examples, HookvetError, schema, sign, Vetter } from 'hookvet';

const secret = 'whsec_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1';
// What the README's example logs is an object, which each runtime shows in its own way.
const { log } = console;
console.log = () => {};
const { receive } = await import('./readme0.mjs');

const print = (name, value) => log(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
const post = (init) => new Request('http://localhost/', { method: 'POST', ...init });

const { headers, body } = await example('com.amlyze.customer.updated');
const bytes = new TextEncoder().encode(body);
const vetter = new Vetter('amlyze');

const accepted = vetter.vet(headers, bytes);
print('accepted', accepted.text());
print('data', accepted.data);

const refused = vetter.vet(headers, body.replace('"PENDING"', '"PENDIN\u00d6"'));
print('refused', refused.text());
print('problem', refused.problem());

const answer = await receive(post({ headers, body: '{}' }));
print('README', [answer.status, answer.headers.get('content-type'), await answer.text()]);

const { verdict, body: received } = await vetter.vetRequest(post({ headers, body: bytes }));
print('request', [verdict.text(), received.length]);
print('method', (await vetter.vetRequest(new Request('http://localhost/', { headers }))).verdict.text());
// A character for each octet, as the Fetch API has it.
for (const subject of ['\u00e9', '\u00c3\u00a9', 'a%20b']) {
  const sent = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/', 'ce-type': 't', 'ce-subject': subject };
  print('octets', (await new Vetter('cloudevents').vetRequest(post({ headers: sent }))).verdict.text());
}
const pieces = new ReadableStream({
  start(controller) {
    for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
    controller.close();
  },
});
print('pieces', (await vetter.vetRequest(post({ headers, body: pieces, duplex: 'half' }))).verdict.text());
print('limit', (await vetter.vetRequest(post({ headers, body: ' '.repeat(2 ** 20) }))).verdict.text());

const signing = new Vetter('dataspike', { secrets: [{ secret, label: 'spring' }], now: () => 1_750_000_000 });
const envelope = (await example('DOCVER')).body;
const signature = sign('dataspike', { secret, timestamp: 1_750_000_000, body: envelope });
print('signature', signature);
const signed = { 'content-type': 'application/json', ...signature };
print('verified', signing.vet(signed, envelope).text());
print('mismatch', signing.vet(signed, `${envelope} `).text());

for (const { vendor, type } of events()) {
  for (const one of await examples(type, vendor)) {
    print(one.name, new Vetter(vendor, { allowUnsigned: true }).vet(new Headers(one.headers), one.body).text());
  }
}
print('schema', await schema('DOCVER'));

for (const wrong of [() => new Vetter('nobody'), () => vetter.vet(null, body), () => vetter.vet(headers, '\ud800')]) {
  try {
    wrong();
  } catch (error) {
    print('error', [error instanceof HookvetError, error instanceof TypeError, error.code ?? null, error.message]);
  }
}

const kept = Array.from({ length: 2000 }, (_, i) => vetter.vet(headers, i % 2 ? bytes : body));
print(
  'kept',
  kept.every((one) => one.text() === accepted.text()),
);
