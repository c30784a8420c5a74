/** A request as it stands on the wire, or as a tool prints it. */

import { headerValue, printHeaders } from "./headers.js";
import { toBytes, toText } from "./text.js";

const REQUEST_LINE = /^([A-Za-z]+) (\S+) HTTP\/[0-9.]+$/;
const STATUS_LINE = /^HTTP\/[0-9.]+ [0-9]{3}/;
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;

/** Whether `text` starts like a request, or like headers with an empty line and a body behind them. */
export function looksLikeHttp(text) {
  const first = text.slice(0, text.search(/\r?\n|$/));
  return REQUEST_LINE.test(first) || STATUS_LINE.test(first) || /^> [A-Z]+ \S+ HTTP\//m.test(text) || hasHeaders(text);
}

/** Two header lines or one that every webhook has, in front of anything else. */
function hasHeaders(text) {
  const lines = text.slice(0, 20_000).split(/\r?\n/);
  const end = lines.findIndex((line) => line.trim() === "");
  const head = end < 0 ? lines : lines.slice(0, end);
  const named = head.filter((line) => HEADER.test(line) || /^:[a-z]+:/.test(line)).length;
  return named > 0 && named === head.length && (named > 1 || /^(ce-|content-|x-webhook-)/i.test(head[0]));
}

/** A delivery, or `{ error }` that says what is missing. */
export function parseHttp(input) {
  const notices = [];
  const traced = untraced(input);
  const text = traced ?? input;
  let rest = text;
  const next = () => {
    const end = rest.indexOf("\n");
    const line = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? "" : rest.slice(end + 1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  };
  if (STATUS_LINE.test(text)) {
    return { error: "This is an answer, not a request. Paste the request that the webhook sender made." };
  }
  let method = "POST";
  let target = "/";
  const request = REQUEST_LINE.exec(text.slice(0, text.search(/\r?\n|$/)));
  if (request) {
    [, method, target] = request;
    next();
  }
  const pairs = [];
  let number = request ? 1 : 0;
  while (rest !== "") {
    const line = next();
    number += 1;
    if (line === "") break;
    const pseudo = /^:([a-z]+):\s*(.*)$/.exec(line);
    if (pseudo) {
      if (pseudo[1] === "method") method = pseudo[2];
      if (pseudo[1] === "path") target = pseudo[2];
      continue;
    }
    const colon = line.indexOf(":");
    if (colon <= 0 || /\s/.test(line.slice(0, colon))) {
      return {
        error: `Line ${number} is no header. Expected name: value, and an empty line in front of the body.`,
      };
    }
    pairs.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  if (traced !== undefined && rest === "") {
    notices.push({
      kind: "warning",
      text: "curl’s trace shows the headers it sent and not the body. Paste the body into the body editor.",
    });
  }
  const body = framed(pairs, rest, notices);
  if (body.error) return body;
  return { method: method.toUpperCase(), target, headers: printHeaders(pairs), ...body, notices };
}

/** The request in the output of `curl -v`, whose lines start with `> `; `undefined` for anything else. */
function untraced(text) {
  if (!/^> [A-Z]+ \S+ HTTP\//m.test(text)) return undefined;
  const lines = text.split(/\r?\n/).filter((line) => line === ">" || line.startsWith("> "));
  return `${lines.map((line) => line.slice(2)).join("\n")}\n`;
}

/** The content without what HTTP or an editor put around it: the same as `hookvet check` takes. */
function framed(pairs, rest, notices) {
  if (headerValue(pairs, "transfer-encoding")?.toLowerCase() === "chunked") {
    const bytes = unchunk(toBytes(rest));
    if (bytes) {
      notices.push({ kind: "note", text: "The body came in chunks; they were joined." });
      return withBody(bytes);
    }
    notices.push({
      kind: "warning",
      text: "The headers say that the body is chunked, and it is not framed so. It is taken as it stands.",
    });
  }
  const length = Number.parseInt(headerValue(pairs, "content-length") ?? "", 10);
  const bytes = toBytes(rest);
  const added = /\r?\n$/.exec(rest)?.[0] ?? "";
  if (added !== "" && Number.isFinite(length) && (bytes.length - added.length === length || bytes.length - 1 === length)) {
    notices.push({
      kind: "note",
      text: "A line end behind the body was cut off: Content-Length does not count it.",
    });
    return withBody(bytes.subarray(0, length));
  }
  return { body: rest };
}

/** The body as text where it is text, else as bytes. */
export function withBody(bytes) {
  const text = toText(bytes);
  return text === undefined ? { body: "", bytes } : { body: text };
}

/** Undoes the chunked coding (RFC 9112 section 7.1); `undefined` where it is none. */
export function unchunk(bytes) {
  const parts = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(10, at);
    if (end < 0) return undefined;
    const digits = String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 64))).split(";")[0].trim();
    if (!/^[0-9a-fA-F]{1,8}$/.test(digits)) return undefined;
    const length = Number.parseInt(digits, 16);
    at = end + 1;
    if (length === 0) break;
    if (at + length > bytes.length) return undefined;
    parts.push(bytes.subarray(at, at + length));
    at += length;
    if (bytes[at] === 13) at += 1;
    if (bytes[at] !== 10) return undefined;
    at += 1;
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}
