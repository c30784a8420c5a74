/**
 * A request as it stands on the wire, or as a tool prints it. `tests/cases/captures.json` holds this and `hookvet check` to the
 * same reading.
 */

import { headerValue, printHeaders } from './headers.js';
import { toBytes, toText } from './text.js';

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/[0-9.]+$/;
const STATUS_LINE = /^HTTP\/[0-9.]+ [0-9]{3}/;
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;
const PSEUDO_HEADER = /^:([a-z]+):([^]*)$/;

/** Whether `text` starts like a request, or like headers with an empty line and a body behind them. */
export function looksLikeHttp(text) {
  const first = text.slice(0, text.search(/\r?\n|$/));
  return REQUEST_LINE.test(first) || STATUS_LINE.test(first) || /^> [A-Z]+ \S+ HTTP\//m.test(text) || hasHeaders(text);
}

/** Two header lines or one that every webhook has, in front of anything else. */
function hasHeaders(text) {
  const lines = text.slice(0, 20_000).split(/\r?\n/);
  const end = lines.findIndex((line) => line.trim() === '');
  const head = end < 0 ? lines : lines.slice(0, end);
  const named = head.filter((line) => HEADER.test(line) || PSEUDO_HEADER.test(line)).length;
  return named > 0 && named === head.length && (named > 1 || /^(ce-|content-|x-webhook-)/i.test(head[0]));
}

/** A delivery, or `{ error }` that says what is missing. */
export function parseHttp(input) {
  const notices = [];
  const traced = untraced(input);
  let rest = (traced ?? input).replace(/^\ufeff/, '');
  let number = 0;
  /** The next line without its end; undefined where nothing is left. */
  const next = () => {
    if (rest === '') return undefined;
    number += 1;
    const end = rest.indexOf('\n');
    const line = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? '' : rest.slice(end + 1);
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  let line = next();
  // A server reads past empty lines in front of a request too (RFC 9112 section 2.2).
  while (line === '') line = next();
  if (STATUS_LINE.test(line)) {
    return { error: 'This is an answer, not a request. Paste the request that the webhook sender made.' };
  }
  let method = 'POST';
  let target = '/';
  const request = REQUEST_LINE.exec(line);
  if (request) {
    [, method, target] = request;
    line = next();
  }
  const pairs = [];
  for (; line !== undefined && line !== ''; line = next()) {
    const pseudo = PSEUDO_HEADER.exec(line);
    const colon = line.indexOf(':');
    if (pseudo) {
      if (pseudo[1] === 'method') method = trimmed(pseudo[2]);
      if (pseudo[1] === 'path') target = trimmed(pseudo[2]);
    } else if (colon <= 0 || /[\t\n\f\r ]/.test(line.slice(0, colon))) {
      return {
        error: `Line ${number} is no header. Expected name: value, and an empty line in front of the body.`,
      };
    } else pairs.push([line.slice(0, colon), trimmed(line.slice(colon + 1))]);
  }
  if (traced !== undefined && rest === '') {
    notices.push({
      kind: 'warning',
      text: 'curl’s trace shows the headers it sent and not the body. Paste the body into the body editor.',
    });
  } else if (line === undefined) {
    notices.push({ kind: 'warning', text: 'The request ends within its headers, so its body is taken as empty.' });
  }
  return { method, target, headers: printHeaders(pairs), ...framed(pairs, rest, notices), notices };
}

/** Without blanks and tabs around it, which HTTP does not count to a value (RFC 9110 section 5.6.3). */
function trimmed(value) {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** The request in the output of `curl -v`, whose lines start with `> `; `undefined` for anything else. */
function untraced(text) {
  if (!/^> [A-Z]+ \S+ HTTP\//m.test(text)) return undefined;
  const lines = text.split(/\r?\n/).filter((line) => line === '>' || line.startsWith('> '));
  return `${lines.map((line) => line.slice(2)).join('\n')}\n`;
}

/** The content without what HTTP or an editor put around it. */
function framed(pairs, rest, notices) {
  const bytes = toBytes(rest);
  if (headerValue(pairs, 'transfer-encoding')?.toLowerCase() === 'chunked') {
    const chunks = unchunk(bytes);
    if (chunks) {
      notices.push(
        chunks.isWhole
          ? { kind: 'note', text: 'The body came in chunks; they were joined.' }
          : {
              kind: 'warning',
              text: 'The last chunk is missing, so the body may be cut off; the chunks that are there were joined.',
            },
      );
      return withBody(chunks.bytes);
    }
    // Most tools that capture requests have joined the chunks, and leave the header as it was.
    notices.push({
      kind: 'warning',
      text: 'The headers say that the body is chunked, and it is not framed so. It is taken as it stands.',
    });
  }
  const digits = headerValue(pairs, 'content-length') ?? '';
  const length = /^[0-9]+$/.test(digits) ? Number(digits) : bytes.length;
  const added = String.fromCharCode(...bytes.subarray(length, length + 3));
  if (added === '\n' || added === '\r\n') {
    notices.push({
      kind: 'note',
      text: 'A line end behind the body was cut off: Content-Length does not count it.',
    });
    return withBody(bytes.subarray(0, length));
  }
  return { body: rest };
}

/** The body as text where it is text, else as bytes. */
export function withBody(bytes) {
  const text = toText(bytes);
  return text === undefined ? { body: '', bytes } : { body: text };
}

/**
 * Undoes the chunked coding (RFC 9112 section 7.1): the bytes, and whether the last chunk is there; `undefined` where they are not
 * framed so. Extensions and trailers are read past.
 */
export function unchunk(framed) {
  const parts = [];
  let at = 0;
  /** The next line, as far as it can be of interest, without its end. */
  const next = () => {
    const end = framed.indexOf(10, at);
    const to = end < 0 ? framed.length : end;
    const line = String.fromCharCode(...framed.subarray(at, Math.min(to, at + 64)));
    at = end < 0 ? framed.length : end + 1;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  while (at < framed.length) {
    const digits = trimmed(next().split(';')[0]);
    if (!/^[0-9a-fA-F]{1,8}$/.test(digits)) return undefined;
    const length = Number.parseInt(digits, 16);
    if (length === 0) return { bytes: joined(parts), isWhole: true };
    if (at + length > framed.length) return undefined;
    parts.push(framed.subarray(at, at + length));
    at += length;
    if (at < framed.length && next() !== '') return undefined;
  }
  return parts.length > 0 ? { bytes: joined(parts), isWhole: false } : undefined;
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}
