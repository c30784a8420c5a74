/** Dataspike's signature, step by step, and which input has to differ where it does not verify. */

import { fromHex, toBytes, toHex } from '../delivery/text.js';

export const SIGNATURE_HEADER = 'x-webhook-signature';

/** Seconds that a signature may be old, or ahead, unless a receiver is told otherwise. */
export const TOLERANCE = 300;

/** The parts of the header's value: `{ timestamp, digests, problem }`. */
export function readHeader(value) {
  const parts = value.split(',').map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ''));
  const timestamps = parts.filter((part) => part.startsWith('t=')).map((part) => part.slice(2));
  const digests = parts.filter((part) => part.startsWith('v1=')).map((part) => part.slice(3));
  const whole = digests.filter((digest) => /^[0-9a-fA-F]{64}$/.test(digest)).map((digest) => digest.toLowerCase());
  let problem;
  if (timestamps.length === 0) problem = 'There is no t part; expected t=UNIX_SECONDS,v1=HEX.';
  else if (timestamps.length > 1) problem = 'There is more than one t part.';
  else if (!/^[0-9]{1,20}$/.test(timestamps[0])) problem = 't is no whole number of Unix seconds.';
  else if (digests.length === 0) problem = 'There is no v1 part; expected t=UNIX_SECONDS,v1=HEX.';
  else if (whole.length === 0) problem = 'v1 is no HMAC-SHA256 in hexadecimal: expected 64 digits.';
  return { timestamp: timestamps[0], digests: whole, problem };
}

/** Why a text is no secret; `undefined` where it is one. */
export function secretProblem(secret) {
  if (secret.trim() !== secret) return 'There is white space around the secret. Take off the blank or the line end.';
  if (!secret.startsWith('whsec_')) return 'A secret starts with whsec_, as the vendor shows it once.';
  return fromHex(secret.slice(6)) ? undefined : 'Behind whsec_ stand hexadecimal digits, an even number of them.';
}

/** HMAC-SHA256 in lower-case hexadecimal digits. */
async function hmac(key, message) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', imported, message)));
}

function signed(timestamp, body) {
  const head = toBytes(`${timestamp}.`);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}

/** The value of the header for `body` signed at `timestamp`. */
export async function sign(secret, timestamp, body) {
  return `t=${timestamp},v1=${await hmac(fromHex(secret.slice(6)), signed(timestamp, body))}`;
}

/**
 * Every step of the computation: `{ key, text, computed, matches, diagnosis }`. `body` are the bytes, `text` the same where
 * they are text. The diagnosis names the one input that, changed, makes the signature verify.
 */
export async function explain({ secret, header, body, text }) {
  const key = fromHex(secret.slice(6));
  const message = signed(header.timestamp, body);
  const computed = await hmac(key, message);
  const matches = header.digests.includes(computed);
  return {
    key,
    message,
    computed,
    matches,
    diagnosis: matches ? undefined : await diagnose({ secret, key, header, body, text }),
  };
}

async function diagnose({ secret, key, header, body, text }) {
  for (const variant of variants(text ?? '')) {
    if (header.digests.includes(await hmac(key, signed(header.timestamp, variant.bytes)))) {
      return { input: 'body', text: variant.says, body: variant.text };
    }
  }
  const digits = secret.slice(6);
  const keys = [
    [toBytes(digits), 'The digits behind whsec_ were used as text. The key is what the digits decode to.'],
    [
      toBytes(secret),
      'The whole secret, with whsec_ in front, was used as text. The key is what the digits behind it decode to.',
    ],
  ];
  for (const [other, says] of keys) {
    if (header.digests.includes(await hmac(other, signed(header.timestamp, body))))
      return { input: 'secret', text: says };
  }
  const messages = [
    [body, 'The body alone was signed. The signed text is t, a full stop, and the body.'],
    [toBytes(header.timestamp + (text ?? '')), 'The full stop between t and the body is missing in what was signed.'],
    [signed(`${header.timestamp}000`, body), 't was signed in milliseconds and sent in seconds.'],
    [
      signed(String(Math.floor(Number(header.timestamp) / 1000)), body),
      't was signed in seconds and sent in milliseconds.',
    ],
  ];
  for (const [message, says] of messages) {
    if (header.digests.includes(await hmac(key, message))) return { input: 'text', text: says };
  }
  return {
    input: 'unknown',
    text: 'No usual change of the body explains it. So either the secret is another one (sandbox in place of production, or from before a rotation), or a value in the body, or t, was changed.',
  };
}

/** The bodies that tools make of a body without changing its meaning. */
function* variants(text) {
  const seen = new Set([text]);
  const candidates = [
    [
      text.replace(/\r?\n$/, ''),
      'Without the line end at its end, the body verifies: something added it after signing.',
    ],
    [`${text}\n`, 'With a line end at its end, the body verifies: something cut it off after signing.'],
    [
      text.replaceAll('\r\n', '\n'),
      'With plain line ends (LF), the body verifies: they became CRLF on the way, or in copying.',
    ],
    [
      text.replace(/\r?\n/g, '\r\n'),
      'With CRLF line ends, the body verifies: they became LF on the way, or in copying.',
    ],
    [text.trim(), 'Without the blanks around it, the body verifies: something added them after signing.'],
    [`${text}\r\n`, 'With CRLF at its end, the body verifies: something cut it off after signing.'],
    [text.replace(/^\ufeff/, ''), 'Without its byte order mark, the body verifies: something put one in front.'],
  ];
  for (const [candidate, says] of candidates) {
    if (!seen.has(candidate)) {
      seen.add(candidate);
      yield { text: candidate, bytes: toBytes(candidate), says };
    }
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  const again = 'something parsed it and wrote it anew after signing. Verify over the raw bytes.';
  const compact = JSON.stringify(value);
  const forms = [
    [compact, 'compact'],
    [JSON.stringify(value, null, 2), 'indented by two blanks'],
    [JSON.stringify(value, null, 4), 'indented by four blanks'],
    [JSON.stringify(value, null, '\t'), 'indented by tabs'],
    [spaced(text), 'with a blank behind commas and colons, as Python writes it'],
    [escaped(spaced(text)), 'as Python writes it, with escapes in place of letters'],
    [escaped(compact), 'compact, with escapes in place of letters beyond ASCII'],
    [compact.replaceAll('/', '\\/'), 'compact, with slashes escaped, as PHP writes it'],
    [sorted(value), 'compact, with its members sorted'],
  ];
  for (const [form, says] of forms) {
    for (const [candidate, end] of [
      [form, ''],
      [`${form}\n`, ' and a line end'],
    ]) {
      if (seen.has(candidate)) continue;
      seen.add(candidate);
      yield { text: candidate, bytes: toBytes(candidate), says: `Written ${says}${end}, the body verifies: ${again}` };
    }
  }
}

/** Compact JSON with a blank behind commas and colons; strings stay as they are. */
function spaced(text) {
  const compact = JSON.stringify(JSON.parse(text));
  return compact.replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (piece) => (piece.length === 1 ? `${piece} ` : piece));
}

function escaped(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sorted(value) {
  const order = (one) => {
    if (Array.isArray(one)) return one.map(order);
    if (one === null || typeof one !== 'object') return one;
    return Object.fromEntries(
      Object.keys(one)
        .sort()
        .map((name) => [name, order(one[name])]),
    );
  };
  return JSON.stringify(order(value));
}
