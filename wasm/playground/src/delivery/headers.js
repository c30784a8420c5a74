/** The header section as it stands in the editor: one `name: value` a line. */

import { octetsOf, toBytes } from './text.js';

/**
 * @typedef {object} Line
 * @property {number} number
 * @property {number} from
 * @property {number} to
 * @property {string} [problem]
 * @property {string} [name]
 * @property {number} [nameTo]
 * @property {string} [value]
 * @property {number} [valueFrom]
 * @property {number} [valueTo]
 */

/**
 * Every line with its parts and places (UTF-16 offsets into `text`). A line that is no header has `problem`; empty lines
 * are left out.
 *
 * @returns {Line[]}
 */
export function parseHeaders(text) {
  /** @type {Line[]} */
  const lines = [];
  let from = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const to = from + content.length;
    const line = { number: index + 1, from, to };
    const colon = content.indexOf(':');
    if (content.trim() === '') {
      // An empty line says nothing.
    } else if (/^[ \t]/.test(content)) {
      lines.push({ ...line, problem: 'This line continues the one above, which HTTP no longer allows. Join the two.' });
    } else if (colon <= 0 || /\s/.test(content.slice(0, colon))) {
      lines.push({ ...line, problem: 'This is no header. Expected name: value.' });
    } else {
      const rest = content.slice(colon + 1);
      const value = rest.replace(/^[ \t]+|[ \t]+$/g, '');
      const valueFrom = from + colon + 1 + (value === '' ? Math.min(1, rest.length) : rest.indexOf(value));
      lines.push({
        ...line,
        name: content.slice(0, colon),
        nameTo: from + colon,
        value,
        valueFrom,
        valueTo: valueFrom + value.length,
      });
    }
    from += raw.length + 1;
  }
  return lines;
}

/** `[name, value]` pairs of the lines that are headers. */
export function headerPairs(text) {
  return parseHeaders(text)
    .filter((line) => line.problem === undefined)
    .map((line) => [line.name, line.value]);
}

/** The value as octets, one character each: what is above ASCII goes over the wire as UTF-8. */
export function toOctets(value) {
  // eslint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(value)) return value;
  return octetsOf(toBytes(value));
}

/** The text of octets that stand one to a character: UTF-8 where they are, else as they stand. */
export function fromOctets(octets) {
  if (/^[\0-\x7f]*$/.test(octets)) return octets;
  try {
    const bytes = Uint8Array.from(octets, (character) => {
      if (character.charCodeAt(0) > 0xff) throw new RangeError('no octet');
      return character.charCodeAt(0);
    });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return octets;
  }
}

/** The first value of the header `name`, in any case. */
export function headerValue(pairs, name) {
  return pairs.find(([other]) => other.toLowerCase() === name)?.[1];
}

/** The editor's text for pairs. Line breaks within a value become blanks, since a header has one line. */
export function printHeaders(pairs) {
  return pairs.map(([name, value]) => `${name}: ${String(value).replace(/[\r\n]+/g, ' ')}`).join('\n');
}
