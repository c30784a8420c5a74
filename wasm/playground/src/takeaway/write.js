/** A delivery in the forms in which people carry it away. */

import { headerPairs, toOctets } from '../delivery/headers.js';
import { toBase64, toBytes, toText } from '../delivery/text.js';

/** `delivery`: `{ method, target, headers, bytes, vendor, policy, rules, batches, secrets, now }`. */
export function asCapture({ method = 'POST', target = '/', headers, bytes }) {
  const pairs = headerPairs(headers).filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name));
  const lines = [
    `${method} ${target || '/'} HTTP/1.1`,
    ...pairs.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${bytes.length}`,
  ];
  const head = toBytes(`${lines.join('\r\n')}\r\n\r\n`);
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return whole;
}

/** The request as `hookvet check --jsonl` takes it. Secrets are left out unless `withSecrets`. */
export function asRequest(delivery, { withSecrets = false } = {}) {
  const { vendor, headers, bytes, policy, rules, batches, secrets, now } = delivery;
  const text = toText(bytes);
  const request = { vendor, headers: headerPairs(headers).map(([name, value]) => [name, toOctets(value)]) };
  if (text === undefined) request.body_base64 = toBase64(bytes);
  else request.body = text;
  if (policy !== 'standard') request.policy = policy;
  if (rules && Object.keys(rules).length > 0) request.rules = rules;
  if (batches) request.batches = true;
  if (withSecrets && secrets.length > 0) request.secrets = secrets;
  if (now !== undefined) request.now = now;
  return request;
}

export function asJsonLine(delivery) {
  return `${JSON.stringify(asRequest(delivery))}\n`;
}

/** A file for `tests/cases/golden`. */
export function asGolden(delivery, verdict) {
  const about = verdict.findings?.[0]
    ? `${verdict.findings[0].rule} at ${verdict.findings[0].where}`
    : 'nothing to report';
  return `${JSON.stringify({ about, request: asRequest(delivery, { withSecrets: true }), verdict }, null, 2)}\n`;
}

function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function asCurl({ method = 'POST', headers, bytes }, url) {
  const parts = [`curl ${shellQuoted(url)}`];
  if (method !== 'POST') parts[0] += ` -X ${method}`;
  for (const [name, value] of headerPairs(headers)) {
    // curl writes these itself, from what it sends.
    if (/^(content-length|host|transfer-encoding|connection)$/i.test(name)) continue;
    parts.push(`-H ${shellQuoted(value === '' ? `${name};` : `${name}: ${value}`)}`);
  }
  const text = toText(bytes);
  // eslint-disable-next-line no-control-regex
  if (text === undefined || bytes.length > LONGEST_ARGUMENT || /[^\P{Cc}\t\n]/u.test(text)) {
    // Short lines, since a terminal takes no long ones.
    const lines = toBase64(bytes).replace(/.{1,76}/g, '$&\n');
    return `base64 -d <<'BODY' | ${parts.join(' \\\n  ')} \\\n  --data-binary @-\n${lines}BODY\n`;
  }
  parts.push(`--data-raw ${shellQuoted(text)}`);
  return `${parts.join(' \\\n  ')}\n`;
}

/** Linux takes 128 KiB in an argument, and the header options want some of the whole. An argument holds no NUL either. */
const LONGEST_ARGUMENT = 100_000;

const BUILDERS = { amlyze: 'Vetter::amlyze()', dataspike: 'Vetter::dataspike()', cloudevents: 'Vetter::cloudevents()' };

export function asRustTest(delivery, verdict) {
  const { vendor, headers, bytes, policy, rules, batches, secrets, now } = delivery;
  const settings = [];
  if (policy !== 'standard') settings.push(`.policy(Policy::${policy}())`);
  for (const [rule, level] of Object.entries(rules ?? {})) {
    settings.push(
      `.rule(${JSON.stringify(rule)}.parse().expect("a rule"), Level::${level[0].toUpperCase()}${level.slice(1)})`,
    );
  }
  if (batches) settings.push('.solicit_batches(true)');
  if (vendor === 'dataspike' && secrets.length === 0) settings.push('.allow_unsigned()');
  if (vendor === 'dataspike' && secrets.length > 0) {
    settings.push(`.secret(Secret::parse(&std::env::var("DATASPIKE_SECRET").expect("a secret")).expect("a secret"))`);
  }
  const uses = [
    'Vetter',
    policy !== 'standard' && 'Policy',
    Object.keys(rules ?? {}).length > 0 && 'Level',
    secrets.length > 0 && vendor === 'dataspike' && 'Secret',
  ];
  const pairs = headerPairs(headers)
    .map(([name, value]) => `        (${rustText(name)}, ${rustText(value)}),\n`)
    .join('');
  const text = toText(bytes);
  const body = text === undefined ? `&[${[...bytes].join(', ')}]` : `${rustText(text)}.as_bytes()`;
  const named = uses.filter(Boolean).sort();
  return `use hookvet::${named.length > 1 ? `{${named.join(', ')}}` : named[0]};

#[test]
fn ${verdict.decision === 'accept' ? 'the_delivery_is_accepted' : 'the_delivery_is_refused'}() {
    let vetter = ${BUILDERS[vendor]}${settings.join('')}.build().expect("settings");
    let headers = [
${pairs}    ];
    let body = ${body};
    let verdict = vetter.vet(headers, body, ${(now ?? 0).toString().replace(/\B(?=(\d{3})+(?!\d))/g, '_')});
    assert_eq!(verdict.status(), ${verdict.status});
    let rules: Vec<&str> = verdict.findings().iter().map(|finding| finding.rule.id()).collect();
    assert_eq!(rules, [${(verdict.findings ?? []).map((finding) => JSON.stringify(finding.rule)).join(', ')}]${verdict.findings?.length ? '' : ' as [&str; 0]'});
}
`;
}

const name = (verdict) => (verdict.decision === 'accept' ? 'the_delivery_is_accepted' : 'the_delivery_is_refused');

/** What a test of a route expects: its handler's own answer where the delivery is accepted. */
const expected = ({ decision, status }) =>
  decision === 'accept' ? 'assert!(response.status().is_success());' : `assert_eq!(response.status(), ${status});`;

/** A header's value as Rust takes it: text, or bytes where it has others than visible ones. */
function rustValue(value) {
  if (/^[\x20-\x7e\t]*$/.test(value)) return rustText(value);
  const octet = (one) =>
    /[\x20-\x7e]/.test(one) && !/["\\]/.test(one) ? one : `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `&b"${Array.from(toOctets(value), octet).join('')}"[..]`;
}

/** Headers that a client writes itself. */
const sent = (headers) =>
  headerPairs(headers).filter(([name]) => !/^(host|content-length|transfer-encoding|connection)$/i.test(name));

function rustBody(bytes) {
  const text = toText(bytes);
  return text === undefined ? `vec![${[...bytes].join(', ')}]` : rustText(text);
}

/** A test of a router of axum, through the layer that stands in front of its route. */
export function asAxumTest(delivery, verdict) {
  const { vendor, headers, bytes } = delivery;
  const lines = sent(headers).map(([name, value]) => `        .header(${rustText(name)}, ${rustValue(value)})\n`);
  return `// [dev-dependencies] tower = { version = "0.5", features = ["util"] }
use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt as _;

#[tokio::test]
async fn ${name(verdict)}() {
    let request = Request::post("/${vendor}")
${lines.join('')}        .body(Body::from(${rustBody(bytes)}))
        .expect("a request");
    // app() is your router, with VetLayer on the route.
    let response = app().oneshot(request).await.expect("an answer");
    ${expected(verdict)}
}
`;
}

/** A test of an app of actix-web, through the middleware that stands in front of its route. */
export function asActixTest(delivery, verdict) {
  const { vendor, headers, bytes } = delivery;
  const lines = sent(headers).map(
    ([name, value]) => `        .append_header((${rustText(name)}, ${rustValue(value)}))\n`,
  );
  return `use actix_web::test;

#[actix_web::test]
async fn ${name(verdict)}() {
    // app() is your App, with Vet around the route.
    let app = test::init_service(app()).await;
    let request = test::TestRequest::post()
        .uri("/${vendor}")
${lines.join('')}        .set_payload(${rustBody(bytes)})
        .to_request();
    let response = test::call_service(&app, request).await;
    ${expected(verdict)}
}
`;
}

/**
 * What the vendor's support has to know: the event, and what departs from which document. It is made of findings, whose messages
 * hold no value of the payload, and of the event's id where `withId`.
 */
export function asMessage({ vendor, event, typeName, findings, sources, verdict, withId }) {
  const who = { amlyze: 'AMLYZE', dataspike: 'Dataspike' }[vendor] ?? 'the sender';
  const told = findings.filter((finding) => finding.severity !== 'warning' || finding.refuses);
  const about = [
    `Event type: ${typeName ?? event?.type ?? 'unknown'}`,
    withId && event ? `Event id: ${event.id}` : 'Event id: (we can tell it on request)',
    `Answer of our receiver: ${verdict.status}`,
  ];
  const points = told.map(({ where, message, rule }) => `- ${where}: ${message} (hookvet rule ${rule})`);
  return `Hello ${who} support,

our endpoint received a webhook that departs from your documentation.

${about.join('\n')}

What departs:
${points.length > 0 ? points.join('\n') : '- nothing that refuses it'}
${sources.length > 0 ? `\nDocumented in:\n${sources.map((source) => `- ${source}`).join('\n')}\n` : ''}
Is the delivery wrong, or has the documentation changed? The message names places and rules, and no value of the payload.
`;
}

/** A Rust literal: raw where that stays legible, escaped where a raw one could not hold it. */
function rustText(text) {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x08\x0b-\x1f\x7f]/.test(text)) {
    return `"${text.replace(/["\\]/g, '\\$&').replace(/[\0-\x1f\x7f]/g, (one) => `\\u{${one.charCodeAt(0).toString(16)}}`)}"`;
  }
  if (!/["\\\n]/.test(text)) return `"${text}"`;
  const longest = Math.max(0, ...[...text.matchAll(/"(#*)/g)].map((match) => match[1].length + 1));
  const hashes = '#'.repeat(longest);
  return `r${hashes}"${text}"${hashes}`;
}

/** What a test runner calls things. */
const RUNNERS = {
  node: {
    uses: 'import assert from "node:assert/strict";\nimport { test } from "node:test";',
    same: (a, b) => `assert.deepEqual(${a}, ${b})`,
  },
  vitest: { uses: 'import { expect, test } from "vitest";', same: (a, b) => `expect(${a}).toEqual(${b})` },
};

/** `runner` is `node` or `vitest`. */
export function asJavaScriptTest(delivery, verdict, runner = 'node') {
  const { uses, same } = RUNNERS[runner];
  const { vendor, headers, bytes, policy, rules, batches, secrets, now } = delivery;
  const options = [];
  if (policy !== 'standard') options.push(`policy: ${JSON.stringify(policy)}`);
  if (rules && Object.keys(rules).length > 0) options.push(`rules: ${JSON.stringify(rules)}`);
  if (vendor === 'dataspike')
    options.push(secrets.length > 0 ? 'secrets: [process.env.DATASPIKE_SECRET]' : 'allowUnsigned: true');
  if (batches) options.push('solicitBatches: true');
  options.push(`now: () => ${now ?? 0}`);
  const pairs = headerPairs(headers)
    .map(([name, value]) => `    [${JSON.stringify(name)}, ${JSON.stringify(value)}],\n`)
    .join('');
  const text = toText(bytes);
  const body = text === undefined ? `Uint8Array.from([${[...bytes].join(', ')}])` : template(text);
  const broken = (verdict.findings ?? []).map((finding) => JSON.stringify(finding.rule)).join(', ');
  return `${uses}
import { Vetter } from "hookvet";

test("the delivery is ${verdict.decision === 'accept' ? 'accepted' : 'refused'}", () => {
  const vetter = new Vetter(${JSON.stringify(vendor)}, { ${options.join(', ')} });
  const headers = [
${pairs}  ];
  const body = ${body};
  const verdict = vetter.vet(headers, body);
  ${same('verdict.status', verdict.status)};
  ${same('verdict.findings.map((finding) => finding.rule)', `[${broken}]`)};
});
`;
}

/** A template literal, in which lines stay lines; carriage returns are escaped, since the language would drop them. */
function template(text) {
  return `\`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&').replaceAll('\r', '\\r')}\``;
}
