// A delivery as it is kept, and where.

import type { EventContext, Vendor, Verdict } from 'hookvet';
import type { Env, Place } from './settings.js';

/** A delivery as it is kept. */
export interface DeliveryRecord {
  vendor: Vendor;
  /** `reject` for one that was set aside. */
  decision: 'accept' | 'reject';
  /** The identity for telling duplicates; null where no event could be made out, and for a batch: that is nobody's duplicate. */
  key: string | null;
  /** Tells a redelivery, which has the same key and the same digest, from a conflict; in hexadecimal digits. */
  digest: string;
  type: string | null;
  /** As the runtime gave them. */
  headers: [string, string][];
  /** The verdict's JSON form, as text. */
  verdict: string;
  body: Uint8Array;
}

/** What a queue is given. */
export interface Message extends Omit<DeliveryRecord, 'body'> {
  /** Milliseconds since the Unix epoch. */
  receivedAt: number;
  bodyBase64: string;
}

/** Headers that could open a door; nobody needs them afterwards. */
const LEFT_OUT: readonly string[] = ['authorization', 'cookie', 'proxy-authorization'];

export async function recordOf(verdict: Verdict, headers: Headers, body: Uint8Array): Promise<DeliveryRecord> {
  const { vendor, decision, event } = verdict;
  return {
    vendor,
    decision,
    key: event?.key ?? null,
    digest: await digestOf(event, body),
    type: event?.type ?? null,
    headers: [...headers].filter(([name]) => !LEFT_OUT.includes(name)),
    verdict: verdict.text(),
    body,
  };
}

/**
 * A SHA-256 over a whole event, the same as `event_digest` of the Rust crate `hookvet-receiver`: each context attribute as two
 * netstrings, its name and its decoded value, sorted by name; all of that as one netstring; then the bytes of the body.
 */
async function digestOf(event: EventContext | undefined, body: Uint8Array): Promise<string> {
  const { key, attributes, ...named } = event ?? { key: null, attributes: {} };
  const text = Object.entries<string | null>({ ...attributes, ...named })
    .filter((attribute): attribute is [string, string] => attribute[1] !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => netstring(name) + netstring(value))
    .join('');
  const bytes = await new Blob([netstring(text), body]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

const netstring = (text: string): string => `${new TextEncoder().encode(text).length}:${text},`;

/** Keeps the delivery; it is safe once this is done. */
export async function keep(env: Env, place: Place, record: DeliveryRecord): Promise<void> {
  if (place === 'store') {
    // One object for each vendor. The settings have looked at the binding.
    await env.STORE!.getByName(record.vendor).keep(record);
    return;
  }
  const { body, ...rest } = record;
  await env.QUEUE!.send({ ...rest, receivedAt: Date.now(), bodyBase64: base64(body) }, { contentType: 'json' });
}

function base64(bytes: Uint8Array): string {
  let text = '';
  // In pieces, because a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x2000) text += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
  return btoa(text);
}
