/** Works out what somebody pasted. */

import { holdsCommand, looksLikeCommand, parseCommands } from './curl.js';
import { looksLikeHttp, parseHttp } from './http.js';
import { deliveriesIn, headersFor, splitValues } from './json.js';
import { loneSurrogate, looksBinary, MAX_TEXT, size } from './text.js';

/**
 * What `input` is:
 * - `{ kind, deliveries: [{ label, delivery }] }`, where a delivery has `method`, `target`, `headers`, `body` (or `bytes`
 *   where the body is no text) and `notices`; `kind` is `http`, `command`, `har`, `captured`, `body` or `bodies`;
 * - `{ error }`: a message for people, and nothing is taken.
 */
export function recognise(input) {
  if (input.length > MAX_TEXT) {
    return {
      error: `This is ${size(input.length)}, and the page opens ${size(MAX_TEXT)} at the most. A receiver answers 413 to more than 256 KB (Dataspike: 1 MB) unless it was told otherwise; for a file, use hookvet check FILE.`,
    };
  }
  if (input.trim() === '') return { error: 'There is nothing to take: the text is empty.' };
  if (looksBinary(input)) {
    return {
      error:
        'This is binary data that was turned into text, so its bytes are lost. Open or drop the file in place of pasting it.',
    };
  }
  const result = classify(unfenced(input));
  if (result.error) return result;
  for (const { delivery } of result.deliveries) {
    if (loneSurrogate(delivery.body) >= 0 || loneSurrogate(delivery.headers) >= 0) {
      delivery.notices.push({
        kind: 'warning',
        text: 'The text holds half of a surrogate pair, which no UTF-8 text can hold: a character was cut in two on the way here. It is judged as U+FFFD.',
      });
    }
  }
  return result;
}

/** Text out of a fenced block of Markdown, where the whole is one. */
function unfenced(text) {
  const fence = /^\s*(```+|~~~+)[^\n]*\r?\n([\s\S]*?)\r?\n\1\s*$/.exec(text);
  return fence ? fence[2] : text;
}

function classify(text) {
  const trimmed = text.trimStart();
  if (looksLikeCommand(trimmed)) return commands(trimmed);
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return json(text);
  if (looksLikeHttp(trimmed)) return one('http', parseHttp(text));
  if (holdsCommand(trimmed)) return commands(trimmed);
  return {
    error:
      'This is no HTTP request, curl command, HAR or JSON. Paste the whole request, or put headers and body into their editors.',
  };
}

function commands(text) {
  const found = parseCommands(text);
  return found.error ? found : { kind: 'command', ...found };
}

function one(kind, delivery) {
  return delivery.error ? delivery : { kind, deliveries: [{ label: '', delivery }] };
}

function json(text) {
  // A byte order mark belongs to a file, and to a body only where there is nothing around it.
  const value = parsed(text.replace(/^\ufeff/, ''));
  const deliveries = value === undefined ? undefined : deliveriesIn(value);
  if (deliveries !== undefined) {
    if (deliveries.length === 0) return { error: 'This HAR holds no requests.' };
    return { kind: value.log || value.request?.url || value.url ? 'har' : 'captured', deliveries };
  }
  const values = value === undefined ? splitValues(text) : undefined;
  if (values !== undefined && values.length > 1) {
    const lines = values.map((one) => deliveriesIn(parsed(one) ?? null)?.[0]);
    if (lines.every((line) => line !== undefined)) return { kind: 'captured', deliveries: lines };
    return {
      kind: 'bodies',
      deliveries: values.map((one, at) => ({ label: `JSON document ${at + 1}`, delivery: bare(one, parsed(one)) })),
    };
  }
  return { kind: 'body', deliveries: [{ label: '', delivery: bare(text, value) }] };
}

function bare(text, value) {
  // The oldest examples have commas too many; whether it is an event in the JSON format shows all the same.
  const looks = value ?? (/"specversion"\s*:/.test(text) ? { specversion: '' } : null);
  return { method: 'POST', target: '/', headers: headersFor(looks), body: text, notices: [] };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
