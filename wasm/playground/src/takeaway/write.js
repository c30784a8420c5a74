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

export function asJavaScriptTest(delivery, verdict) {
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
  return `import assert from "node:assert/strict";
import { test } from "node:test";
import { Vetter } from "hookvet";

test("the delivery is ${verdict.decision === 'accept' ? 'accepted' : 'refused'}", () => {
  const vetter = new Vetter(${JSON.stringify(vendor)}, { ${options.join(', ')} });
  const headers = [
${pairs}  ];
  const body = ${body};
  const verdict = vetter.vet(headers, body);
  assert.equal(verdict.status, ${verdict.status});
  assert.deepEqual(verdict.findings.map((finding) => finding.rule), [${(verdict.findings ?? []).map((finding) => JSON.stringify(finding.rule)).join(', ')}]);
});
`;
}

/** A template literal, in which lines stay lines; carriage returns are escaped, since the language would drop them. */
function template(text) {
  return `\`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&').replaceAll('\r', '\\r')}\``;
}
