// A delivery as it is kept, and where.

import type { Vendor, Verdict } from 'hookvet';
import type { Env, Place } from './settings.js';

/** A delivery as it is kept. */
export interface DeliveryRecord {
  vendor: Vendor;
  /** `reject` for one that was set aside. */
  decision: 'accept' | 'reject';
  /** The identity for telling duplicates; null where no event could be made out, and for a batch. */
  key: string | null;
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

export function recordOf(verdict: Verdict, headers: Headers, body: Uint8Array): DeliveryRecord {
  const { vendor, decision, event } = verdict;
  return {
    vendor,
    decision,
    key: event?.key ?? null,
    type: event?.type ?? null,
    headers: [...headers].filter(([name]) => !LEFT_OUT.includes(name)),
    verdict: verdict.text(),
    body,
  };
}

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
