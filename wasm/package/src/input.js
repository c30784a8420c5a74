// What users hand over: looked at, and brought into one form.

import { brand } from './instance.js';

const WRONG_HEADERS = 'headers must be a Headers, an object or a list of [name, value] pairs';

/** The names of the last headers. A sender's are the same from one delivery to the next, and then nothing has to be made of them. */
let known = [];

/**
 * Names and values. There are at least as many names as values, since lists of names are shared and only ever grow at their end.
 *
 * Runs code of the caller's, so it touches nothing of the instance's.
 */
export function fields(headers) {
  if (typeof headers !== 'object' || headers === null) throw new TypeError(WRONG_HEADERS);
  if (octetsOf !== undefined && brand(headers) === 'Headers') headers = octetsOf(headers);
  const given = { names: known, values: [] };
  if (typeof headers[Symbol.iterator] === 'function') {
    for (const pair of headers) {
      if (typeof pair !== 'object' || pair === null || pair.length !== 2) throw new TypeError(WRONG_HEADERS);
      add(given, pair[0], pair[1]);
    }
  } else {
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (Array.isArray(value)) for (const one of value) add(given, name, one);
      // As Node's own type of a request's headers has it.
      else if (value !== undefined) add(given, name, value);
    }
  }
  known = given.names;
  return given;
}

function add(given, name, value) {
  if (typeof name !== 'string') throw new TypeError(WRONG_HEADERS);
  if (typeof value !== 'string') value = octets(name, value);
  const { names, values } = given;
  const count = values.length;
  if (names.length === count) names.push(name);
  else if (names[count] !== name) given.names = [...names.slice(0, count), name];
  values.push(value);
}

function octets(name, value) {
  if (!ArrayBuffer.isView(value) || brand(value) !== 'Uint8Array')
    throw new TypeError(`the value of the header ${name} must be a string`);
  return Array.from(/** @type {Uint8Array} */ (value), (octet) => String.fromCharCode(octet)).join('');
}

/** What the platform's `Headers` stand for, where that is not what they give. */
let octetsOf;

export function readHeaders(read) {
  octetsOf = read;
}

const isWellFormed =
  typeof ''.isWellFormed === 'function' ? (text) => text.isWellFormed() : (text) => !/\p{Surrogate}/u.test(text);

/** The body as a string or as bytes. Another thread may write to them, so they have to be read once only. */
export function content(body) {
  if (typeof body === 'string') {
    // Written as UTF-8 it would come out as something else than was signed.
    if (!isWellFormed(body)) throw new TypeError('the body has a lone surrogate; pass the bytes as they were received');
    return body;
  }
  if (!(body instanceof Uint8Array)) {
    if (brand(body) === 'ArrayBuffer') return new Uint8Array(body);
    if (!ArrayBuffer.isView(body)) throw new TypeError('the body must be a Uint8Array or a string');
    body = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  // A view whose buffer went elsewhere has no bytes, and must not pass for an empty body; this throws a TypeError.
  if (body.length === 0) body.at(0);
  return body;
}
