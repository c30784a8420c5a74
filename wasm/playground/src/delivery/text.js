/** What can be said about text and bytes without knowing what they hold. */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The largest text that is put into an editor, in UTF-16 units. A receiver takes a mebibyte at the most by default. */
export const MAX_TEXT = 2 * 1024 * 1024;

/** The bytes of `text` in UTF-8. */
export function toBytes(text) {
  return encoder.encode(text);
}

/** The text that `bytes` hold in UTF-8; `undefined` where they hold none. A byte order mark is kept. */
export function toText(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `1 byte`, `306 bytes`, `14.2 KB`: as exact as a reader needs it. */
export function size(bytes) {
  if (bytes === 1) return '1 byte';
  if (bytes < 10_000) return `${bytes.toLocaleString('en')} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** The position of the first half of a surrogate pair that stands alone; -1 where there is none. */
export function loneSurrogate(text) {
  if (text.isWellFormed?.()) return -1;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(at + 1);
    if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) at += 1;
    else return at;
  }
  return -1;
}

/** Whether text looks like bytes that somebody decoded: control characters, or many replacement characters. */
export function looksBinary(text) {
  const start = text.slice(0, 4096);
  let odd = 0;
  for (const character of start) {
    const code = character.codePointAt(0);
    if (code === 0) return true;
    if (code === 0xfffd || (code < 0x20 && code !== 9 && code !== 10 && code !== 13)) odd += 1;
  }
  return odd > 0 && odd * 20 > start.length;
}

/** Which line ends `text` has: `none`, `lf`, `crlf`, `cr` or `mixed`. */
export function lineEnds(text) {
  let lf = 0;
  let crlf = 0;
  let cr = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 10) lf += 1;
    else if (unit === 13 && text.charCodeAt(at + 1) === 10) {
      crlf += 1;
      at += 1;
    } else if (unit === 13) cr += 1;
  }
  const kinds = [lf > 0 && 'lf', crlf > 0 && 'crlf', cr > 0 && 'cr'].filter(Boolean);
  if (kinds.length === 0) return 'none';
  return kinds.length === 1 ? kinds[0] : 'mixed';
}

/**
 * UTF-16 positions of byte offsets into the UTF-8 form of `text`, in the order of `offsets`.
 *
 * An offset within a character stands for that character; one behind the end for the end.
 */
export function toUnits(text, offsets) {
  const order = offsets.map((offset, index) => [offset, index]).sort((a, b) => a[0] - b[0]);
  const found = new Array(offsets.length);
  let byte = 0;
  let unit = 0;
  for (const [offset, index] of order) {
    while (unit < text.length) {
      const code = text.codePointAt(unit);
      const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (byte + width > offset) break;
      byte += width;
      unit += code > 0xffff ? 2 : 1;
    }
    found[index] = unit;
  }
  return found;
}

/** Bytes as text with one character for each octet. */
export function octetsOf(bytes) {
  let octets = '';
  for (let at = 0; at < bytes.length; at += 0x8000) octets += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return octets;
}

/** The bytes of text that has one character for each octet. */
export function ofOctets(octets) {
  return Uint8Array.from(octets, (character) => character.charCodeAt(0));
}

/** Base64 (RFC 4648 section 4) of bytes. */
export function toBase64(bytes) {
  return btoa(octetsOf(bytes));
}

/** The bytes of Base64 text; `undefined` where it is none. */
export function fromBase64(text) {
  try {
    return ofOctets(atob(text));
  } catch {
    return undefined;
  }
}

/** Lower-case hexadecimal digits of bytes. */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes of an even number of hexadecimal digits; `undefined` for anything else. */
export function fromHex(digits) {
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g), (pair) => Number.parseInt(pair, 16));
}
