/** What the panels show, made from what the editors hold. Knows nothing of the page. */

import { headerPairs, headerValue, toOctets } from './delivery/headers.js';
import { lineEnds, loneSurrogate, toBytes } from './delivery/text.js';
import { guessVendor } from './delivery/vendor.js';
import * as engine from './engine.js';
import { fixesFor } from './judge/fixes.js';
import { placed } from './judge/places.js';
import { explain, readHeader, SIGNATURE_HEADER, secretProblem } from './judge/signature.js';
import { child, parseTree } from './judge/tree.js';

/** Bodies above this length are judged after a pause, and not under every policy at once. */
export const LARGE = 200_000;

export const POLICIES = ['strict', 'standard', 'tolerant', 'observe'];

/** How a delivery is judged. */
export const settings = { policy: 'standard', rules: {}, batches: false, secret: '', when: 'now', given: undefined };

/** Every rule by its id; empty until they have come. */
export let rules = new Map();

let isReady = false;
let failure;
const schemas = new Map();
let onSchema = () => {};

/** Loads what judges; `whenSchema` is called when a schema has come that a model lacked. */
export async function start(whenSchema) {
  onSchema = whenSchema;
  try {
    await engine.load();
    isReady = true;
  } catch {
    failure =
      'The rules (hookvet.wasm) could not be fetched or started. Load the page again; if it goes on, its server does not send the file, or this browser has no WebAssembly.';
  }
  return isReady;
}

/** The texts of the rules, which only explain. */
export async function loadRules() {
  rules = await engine.rules().catch(() => new Map());
}

/** The model of what `read()` of the editors gives. */
export function build(input) {
  const { headers, body, vendorChosen } = input;
  const pairs = headerPairs(headers);
  const vendor = vendorChosen === 'auto' ? guessVendor(pairs, body) : vendorChosen;
  const bytes = input.bytes ?? toBytes(body);
  const now = timeOf(pairs);
  const problem = settings.secret === '' ? undefined : secretProblem(settings.secret);
  /** @type {any} filled in below, as far as it can be */
  const next = {
    headers,
    body,
    bytes,
    pairs,
    vendor,
    vendorChosen,
    now,
    rules,
    settings: { ...settings },
    secretProblem: problem,
    secrets: settings.secret !== '' && !problem ? [settings.secret] : [],
    isText: input.bytes === undefined,
    method: input.method,
    target: input.target,
    received: input.received,
    findings: [],
    outcomes: undefined,
    isEmpty: headers.trim() === '' && bytes.length === 0,
    schemaBase: '',
    event: undefined,
    bytesNote: bytesNote(body),
  };
  if (next.isEmpty) return next;
  if (!isReady) return { ...next, error: failure ?? 'The rules are still being fetched.' };
  const delivery = deliveryOf(next);
  const judged = engine.judge(delivery);
  if (judged.error !== undefined) return { ...next, error: judged.error };
  next.verdict = judged.verdict;
  next.event = judged.verdict.event ?? undefined;
  if (body.length < LARGE)
    next.outcomes = Object.fromEntries(POLICIES.map((policy) => [policy, engine.passes({ ...delivery, policy })]));
  next.tree = parseTree(body);
  const { mode } = judged.verdict;
  next.schemaBase = mode === 'structured' ? '/data' : '';
  next.dataTree = mode === 'structured' ? child(next.tree, 'data') : next.tree;
  const name = judged.verdict.schema?.replace(/^urn:hookvet:\w+:(.*):\d+$/, '$1');
  if (name) {
    const key = `${judged.verdict.vendor}/${name}`;
    if (!schemas.has(key)) {
      schemas.set(key, undefined);
      engine.schema(name, judged.verdict.vendor).then((schema) => {
        schemas.set(key, schema);
        onSchema();
      });
    }
    next.schema = schemas.get(key);
    next.isLoadingSchema = next.schema === undefined;
    next.typeName = name;
  }
  next.types = engine.types(judged.verdict.vendor);
  const all = [...judged.verdict.findings, ...(judged.verdict.batch ?? []).flatMap((one) => one.findings)];
  next.findings = placed(all, next).map((finding) => ({ ...finding, fixes: fixesFor(finding, next) }));
  next.unread = faultOf(next);
  return next;
}

/** Headers of an event that nothing is wrong with. */
const PLAIN = [
  ['ce-specversion', '1.0'],
  ['ce-id', '1'],
  ['ce-source', '/'],
  ['ce-type', 'any'],
  ['content-type', 'application/json'],
];

/** Where a body is no JSON, and headers that refuse the delivery first keep the verdict from saying so. */
function faultOf({ verdict, findings, body, bytes }) {
  const isRead = verdict.decision === 'accept' || findings.some(({ where }) => where.startsWith('body'));
  if (isRead || !/^\s*[[{]/.test(body)) return undefined;
  const plain = { vendor: 'cloudevents', policy: 'standard', rules: {}, now: 0, headers: PLAIN, body: bytes };
  const fault = engine.judge(plain).verdict.findings.find(({ where }) => where === 'body');
  return fault && placed([fault], { headers: '', body, tree: undefined })[0];
}

/** Why the signature of a model does not verify, where that is a question and can be found out. */
export async function diagnosisOf(mine) {
  const mismatch = mine.findings.find((finding) => finding.rule === 'SIG-mismatch');
  const value = headerValue(mine.pairs, SIGNATURE_HEADER);
  if (
    !mismatch ||
    value === undefined ||
    !globalThis.crypto?.subtle ||
    mine.secrets.length === 0 ||
    mine.bytes.length > LARGE
  )
    return undefined;
  const header = readHeader(value);
  if (header.problem) return undefined;
  const { diagnosis } = await explain({
    secret: mine.secrets[0],
    header,
    body: mine.bytes,
    text: mine.isText ? mine.body : undefined,
  });
  return diagnosis;
}

function deliveryOf({ vendor, method, pairs, body, bytes, isText, secrets, now }) {
  const isWellFormed = isText && loneSurrogate(body) < 0;
  return {
    vendor,
    method,
    policy: settings.policy,
    rules: settings.rules,
    batches: settings.batches,
    secrets,
    now,
    headers: pairs.map(([name, value]) => [name, toOctets(value)]),
    body: isWellFormed ? body : bytes,
  };
}

function timeOf(pairs) {
  if (settings.when === 'given' && Number.isSafeInteger(settings.given) && settings.given >= 0) return settings.given;
  if (settings.when === 'signed') {
    const { timestamp, problem } = readHeader(headerValue(pairs, SIGNATURE_HEADER) ?? '');
    if (!problem && Number.isSafeInteger(Number(timestamp))) return Number(timestamp);
  }
  return Math.floor(Date.now() / 1000);
}

function bytesNote(body) {
  const ends = {
    none: 'one line',
    lf: 'line ends LF',
    crlf: 'line ends CRLF',
    cr: 'line ends CR',
    mixed: 'mixed line ends',
  }[lineEnds(body)];
  return `${ends}${/\n$/.test(body) ? ', ends with a line end' : ''}`;
}

/** Whether it is a body alone, of a sender that says in headers which event it is. */
export function lacksHeaders({ findings, isEmpty, error, vendor, tree }) {
  if (isEmpty || error !== undefined || vendor === 'dataspike' || tree?.kind !== 'object') return false;
  const lacksAll =
    findings.some((finding) => finding.rule === 'CE-M8') ||
    findings.filter((finding) => finding.rule === 'CE-A1').length >= 3;
  return lacksAll && !child(tree, 'specversion');
}

/** Type and verdict of a delivery that nobody has chosen yet, in a line; `undefined` before anything can be judged. */
export function summary({ headers, body, bytes, method = 'POST' }) {
  if (!isReady) return undefined;
  const pairs = headerPairs(headers);
  const input = {
    pairs,
    body,
    bytes: bytes ?? toBytes(body),
    isText: bytes === undefined,
    method,
    secrets: [],
    now: 0,
  };
  const { verdict } = engine.judge(deliveryOf({ ...input, vendor: guessVendor(pairs, body) }));
  return `${verdict.event?.type ?? 'no event'}, ${verdict.decision === 'accept' ? 'accepted' : 'refused'} ${verdict.status}`;
}

/** `{ verdict, problem }` of what is taken away, which may be masked. */
export function judged(delivery) {
  const pairs = headerPairs(delivery.headers).map(([name, value]) => [name, toOctets(value)]);
  const { verdict, problem } = engine.judge({ ...delivery, headers: pairs, body: delivery.bytes });
  return { verdict, problem: problem && JSON.stringify(JSON.parse(problem), null, 2) };
}
