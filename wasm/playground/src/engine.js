/** The only module that knows hookvet: the built npm package, and nothing else of the project. */

import refused from 'virtual:hookvet-refused';
import * as hookvet from 'hookvet/file';

/** Vetters by their settings, so that typing does not build one a keystroke. */
const vetters = new Map();
const MAX_VETTERS = 32;
let time = 0;

/** Ready to judge once this is fulfilled. */
export function load() {
  return hookvet.init();
}

function vetterFor({ vendor, policy, rules, batches = false, secrets = [] }) {
  const mine = vendor === 'dataspike' ? secrets : [];
  const key = JSON.stringify([vendor, policy, rules, batches, mine]);
  let vetter = vetters.get(key);
  if (!vetter) {
    if (vetters.size >= MAX_VETTERS) {
      for (const old of vetters.values()) old.free();
      vetters.clear();
    }
    vetter = new hookvet.Vetter(vendor, {
      policy,
      rules,
      now: () => time,
      reveal: false,
      solicitBatches: batches,
      ...(vendor === 'dataspike' ? (mine.length > 0 ? { secrets: mine } : { allowUnsigned: true }) : {}),
    });
    vetters.set(key, vetter);
  }
  return vetter;
}

/** As a receiver does: another method is refused before anything else is looked at. */
function vetted(delivery) {
  time = delivery.now;
  const vetter = vetterFor(delivery);
  return (delivery.method ?? 'POST') === 'POST'
    ? vetter.vet(delivery.headers, delivery.body)
    : vetter.refuse('HTTP-method');
}

/** `{ verdict, problem }` as plain data, or `{ error }` where the settings are none. `headers` are pairs of octets. */
export function judge(delivery) {
  try {
    const verdict = vetted(delivery);
    return { verdict: verdict.toJSON(), problem: verdict.problem() };
  } catch (error) {
    return { error: error.message };
  }
}

/** Whether it would be accepted: an integer, without the verdict's text. */
export function passes(delivery) {
  return vetted(delivery).accepted;
}

/** Every event type, AMLYZE first. */
export function events() {
  return hookvet.events();
}

const names = new Map();

/** Names of a vendor's event types. */
export function types(vendor) {
  if (!names.has(vendor))
    names.set(
      vendor,
      events()
        .filter((event) => event.vendor === vendor)
        .map((event) => event.type),
    );
  return names.get(vendor);
}

/** The schema of an event; `undefined` where the catalogue has none. */
export async function schema(type, vendor) {
  try {
    return await hookvet.schema(type, vendor);
  } catch {
    return undefined;
  }
}

/** Deliveries that are accepted, and broken siblings: `{ kind, title, about, headers, body }`. */
export async function examples({ type, vendor }) {
  const shown = await hookvet.examples(type, vendor);
  const broken = (await refused())[`${vendor}/${type}`] ?? [];
  return [
    ...shown.map((one, at) => ({
      kind: 'accepted',
      title: `Example ${at + 1}${one.origin === 'documented' ? ', from the documents' : ', made up after the documents'}`,
      about: [one.note, one.source].filter(Boolean).join(' '),
      headers: one.headers,
      body: one.body,
    })),
    ...broken.map(({ about, headers, body, findings }) => ({
      kind: 'refused',
      title: about[0].toUpperCase() + about.slice(1),
      about: findings.map((finding) => finding.rule).join(', '),
      headers,
      body,
    })),
  ];
}

/** Every rule by its id. */
export async function rules() {
  return new Map((await hookvet.rules()).map((rule) => [rule.id, rule]));
}
