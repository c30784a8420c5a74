/**
 * Replaces values by dummies of the same shape: personal data goes, the verdict stays.
 *
 * Member names, true and false, null, and words that the documents list stay as they are; letters become x, digits 0, and
 * dates, times and UUIDs stay dates, times and UUIDs. What is percent-encoded or Base64 is masked inside and stays encoded. Equal
 * values stay equal.
 */

import { parseHeaders } from '../delivery/headers.js';
import { fromBase64, toBase64, toBytes, toText } from '../delivery/text.js';
import { allowed, schemaAt } from '../judge/schema.js';
import { parseTree, pointerOf, textOf } from '../judge/tree.js';

/** Headers that name no person; of the rest the value is masked. */
const PLAIN = new Set([
  'ce-type',
  'ce-specversion',
  'content-type',
  'content-length',
  'content-encoding',
  'accept',
  'user-agent',
  'host',
]);

const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?=$|[Tt ])/;
const TIME = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?/;

export function maskText(text) {
  if (DATE.test(text)) {
    const rest = text.slice(10).replace(TIME, (whole) => whole.replace(/[0-9]/g, '0'));
    return `2000-01-01${rest.replace(/[0-9]/g, '0')}`;
  }
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    // Different ids stay different, or two deliveries of one page could not be told apart.
    return `00000000-0000-4000-8000-${short(text)}`;
  }
  return (
    inBase64(text, maskText) ??
    text.replace(/(?:%[0-9a-fA-F]{2})+|[\p{L}\p{M}\p{N}]/gu, (piece) =>
      piece.length > 2 ? maskPercent(piece) : maskLetter(piece),
    )
  );
}

function maskLetter(character) {
  if (/\p{N}/u.test(character)) return '0';
  return /\p{Lu}/u.test(character) ? 'X' : 'x';
}

/** Letters of two, three and four octets, small and capital. */
const WIDE = { 2: ['ä', 'Ä'], 3: ['ｘ', 'Ｘ'], 4: ['𝔵', '𝔛'] };

/** Percent-encoded octets, as many as they were. */
function maskPercent(run) {
  const bytes = Uint8Array.from(run.slice(1).split('%'), (digits) => Number.parseInt(digits, 16));
  const text = toText(bytes);
  const masked = text === undefined ? maskBytes(bytes) : toBytes(Array.from(text, maskWide).join(''));
  const encoded = Array.from(masked, (octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
  return /[a-f]/.test(run) ? encoded : encoded.toUpperCase();
}

/** A character of the same number of octets. */
function maskWide(character) {
  const width = toBytes(character).length;
  if (width === 1) return /[A-Za-z0-9]/.test(character) ? maskLetter(character) : character;
  return WIDE[width][/\p{Lu}/u.test(character) ? 1 : 0];
}

/** Bytes that are no text, octet for octet. */
export function maskBytes(bytes) {
  return bytes.map((octet) => {
    if (octet >= 0x80) return 0xff;
    const character = String.fromCharCode(octet);
    return /[A-Za-z0-9]/.test(character) ? maskLetter(character).charCodeAt(0) : octet;
  });
}

/** Base64 of text, with that text masked; `undefined` for anything else. Shorter ones are hardly told from words. */
function inBase64(value, mask) {
  if (!/^[A-Za-z0-9+/]{12,}={0,2}$/.test(value) || value.length % 4 !== 0) return undefined;
  const bytes = fromBase64(value);
  const text = bytes && toText(bytes);
  if (text === undefined || /[^\P{C}\s]/u.test(text)) return undefined;
  return toBase64(toBytes(/^\s*[[{]/.test(text) ? maskBody(text, undefined, '') : mask(text)));
}

/** Twelve digits that depend on a text. */
function short(text) {
  let hash = 2166136261;
  for (const character of text.toLowerCase()) hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0;
  return hash.toString(10).padStart(12, '0').slice(-12);
}

export function maskHeaders(text) {
  let out = text;
  for (const line of parseHeaders(text).reverse()) {
    if (line.problem !== undefined) {
      out = out.slice(0, line.from) + maskText(out.slice(line.from, line.to)) + out.slice(line.to);
      continue;
    }
    if (PLAIN.has(line.name.toLowerCase()) || line.value === 'customer') continue;
    const value =
      line.name.toLowerCase() === 'x-webhook-signature'
        ? line.value.replace(/(?<=v1=)[0-9a-fA-F]+/g, (digits) => '0'.repeat(digits.length))
        : maskText(line.value);
    out = out.slice(0, line.valueFrom) + value + out.slice(line.valueTo);
  }
  return out;
}

/** Members of the envelopes whose text says what an event is. */
const ENVELOPE = new Set(['/type', '/specversion', '/event_type', '/datacontenttype']);

export function maskBody(text, schema, base) {
  const leaves = [];
  const names = [];
  const visit = (node) => {
    if (node.nameTo !== undefined) names.push({ from: node.nameFrom, to: node.nameTo });
    if (node.children) node.children.forEach(visit);
    else if (node.kind !== 'other') leaves.push(node);
  };
  const tree = parseTree(text);
  if (tree) visit(tree);
  let out = '';
  let at = 0;
  for (const node of [...leaves, ...names].sort((a, b) => a.from - b.from)) {
    // Between values and names there are marks, unless the text is no JSON.
    out += maskText(text.slice(at, node.from)) + maskLeaf(node, text.slice(node.from, node.to), schema, base);
    at = node.to;
  }
  return out + maskText(text.slice(at));
}

function maskLeaf(node, raw, schema, base) {
  // The exponent stays: it decides whether a number is an integer.
  if (node.kind === 'number') return raw.replace(/^[^eE]+/, (digits) => digits.replace(/[0-9]/g, '1'));
  if (node.kind !== 'string') return raw;
  const pointer = pointerOf(node);
  if (ENVELOPE.has(pointer) && (base !== '' || pointer === '/event_type' || pointer === '/specversion')) return raw;
  const value = textOf(raw);
  const words = schema && pointer.startsWith(base) ? allowed(schemaAt(schema, pointer.slice(base.length))) : undefined;
  if (
    words?.includes(value) ||
    value === 'true' ||
    value === 'false' ||
    (pointer === '/source' && value === 'customer')
  )
    return raw;
  const data = pointer === '/data_base64' ? inBase64(value, (text) => maskBody(text, schema, '')) : undefined;
  return JSON.stringify(data ?? maskText(value));
}
