// What users hand over: looked at, and brought into one form.

const WRONG_HEADERS = 'headers must be a Headers, an object or a list of [name, value] pairs';

/** The pairs as sizes of names and values, and all of these as one text. Runs code of the caller's, so it touches nothing. */
export function fields(headers) {
  if (typeof headers !== 'object' || headers === null) throw new TypeError(WRONG_HEADERS);
  if (areHeadersText && headers instanceof Headers) headers = encoded(headers);
  const sizes = [];
  let text = '';
  for (const pair of typeof headers[Symbol.iterator] === 'function' ? headers : pairs(headers)) {
    if (typeof pair !== 'object' || pair === null || pair.length !== 2) throw new TypeError(WRONG_HEADERS);
    const name = pair[0];
    let value = pair[1];
    if (typeof name !== 'string') throw new TypeError(WRONG_HEADERS);
    if (typeof value !== 'string') value = octets(name, value);
    sizes.push(name.length, value.length);
    text += name;
    text += value;
  }
  return { sizes, text };
}

/** The members of an object as pairs, one for each value of a list. */
function pairs(object) {
  const list = [];
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (Array.isArray(value)) for (const one of value) list.push([name, one]);
    // As Node's own type of a request's headers has it.
    else if (value !== undefined) list.push([name, value]);
  }
  return list;
}

function octets(name, value) {
  if (!(value instanceof Uint8Array)) throw new TypeError(`the value of the header ${name} must be a string`);
  return Array.from(value, (octet) => String.fromCharCode(octet)).join('');
}

/** Whether the platform's `Headers` have read the octets of a value as UTF-8, instead of giving a character for each. */
let areHeadersText = false;

export function readHeadersAsText() {
  areHeadersText = true;
}

const encoder = new TextEncoder();

/** The pairs of a platform that reads values as UTF-8, with the octets that they were read from. */
function encoded(headers) {
  const octets = (value) => (/[^\0-\x7f]/.test(value) ? encoder.encode(value) : value);
  return Array.from(headers, ([name, value]) => [name, octets(value)]);
}

const isWellFormed =
  typeof ''.isWellFormed === 'function' ? (text) => text.isWellFormed() : (text) => !/\p{Surrogate}/u.test(text);

const isShared = (buffer) => typeof SharedArrayBuffer === 'function' && buffer instanceof SharedArrayBuffer;

/** The body as a string or as bytes that no other thread writes to. */
export function content(body) {
  if (typeof body === 'string') {
    // Written as UTF-8 it would come out as something else than was signed.
    if (!isWellFormed(body)) throw new TypeError('the body has a lone surrogate; pass the bytes as they were received');
    return body;
  }
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (!ArrayBuffer.isView(body)) throw new TypeError('the body must be a Uint8Array or a string');
  if (!(body instanceof Uint8Array)) body = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  // A view whose buffer went elsewhere has no bytes, and must not pass for an empty body; this throws a TypeError.
  if (body.length === 0) body.at(0);
  return isShared(body.buffer) ? body.slice() : body;
}
