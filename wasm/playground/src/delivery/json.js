/** JSON that holds a delivery in some form: a HAR, an event of a gateway, a line for `hookvet check --jsonl`, a bare body. */

import { fromOctets, printHeaders } from './headers.js';
import { withBody } from './http.js';
import { fromBase64, size, toBytes } from './text.js';

/** The values that stand one after the other in `text`, as text; commas and line ends between them are read past. */
export function splitValues(text) {
  const values = [];
  let depth = 0;
  let from = -1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      if (depth === 0) return undefined;
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    } else if (character === '{' || character === '[') {
      if (depth === 0) from = at;
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth < 0) return undefined;
      if (depth === 0) values.push(text.slice(from, at + 1));
    } else if (depth === 0 && !/[\s,]/.test(character)) return undefined;
  }
  return depth === 0 ? values : undefined;
}

/** Deliveries in `value`, the parsed form of `text`: `[{ label, delivery }]`; `undefined` where it is just a body. */
export function deliveriesIn(value) {
  if (value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value.log?.entries)) {
    return value.log.entries.map((entry) => ({ label: harLabel(entry), delivery: harEntry(entry) }));
  }
  if (isHarRequest(value.request)) return [{ label: harLabel(value), delivery: harEntry(value) }];
  if (isHarRequest(value)) return [{ label: harLabel({ request: value }), delivery: harEntry({ request: value }) }];
  const line = value.request?.headers ? value.request : value;
  if (line.headers !== undefined && typeof line.headers === 'object' && hasBody(line)) {
    return [{ label: typeof value.about === 'string' ? value.about : 'a delivery', delivery: captured(line) }];
  }
  return undefined;
}

function hasBody(value) {
  return ['body', 'body_base64', 'isBase64Encoded', 'rawBody'].some((name) => name in value);
}

function isHarRequest(value) {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof value.method === 'string' &&
    Array.isArray(value.headers) &&
    typeof value.headers[0] === 'object' &&
    !Array.isArray(value.headers[0]) &&
    value.headers[0] !== null
  );
}

function harLabel(entry) {
  const { method = '?', url = '' } = entry?.request ?? {};
  const when = typeof entry?.startedDateTime === 'string' ? ` at ${entry.startedDateTime.slice(11, 19)}` : '';
  return `${method} ${String(url)
    .replace(/^[a-z]+:\/\//i, '')
    .slice(0, 120)}${when}`;
}

function harEntry(entry) {
  const request = entry?.request ?? {};
  const notices = [];
  const all = Array.isArray(request.headers) ? request.headers : [];
  const pairs = all
    .filter((header) => typeof header?.name === 'string' && !header.name.startsWith(':'))
    .map((header) => [header.name, fromOctets(String(header.value ?? ''))]);
  const post = request.postData ?? {};
  const delivery = { method: String(request.method ?? 'POST').toUpperCase(), target: pathOf(request.url), notices };
  delivery.headers = printHeaders(pairs);
  if (typeof post.text !== 'string') {
    notices.push({
      kind: 'warning',
      text: 'This HAR holds no body for the request. Export it again with content, or paste the body into the body editor.',
    });
    return { ...delivery, body: '' };
  }
  const decoded = /base64/i.test(String(post.encoding ?? '')) ? fromBase64(post.text) : undefined;
  const body = decoded ? withBody(decoded) : { body: post.text };
  const length = decoded?.length ?? toBytes(post.text).length;
  if (Number.isInteger(request.bodySize) && request.bodySize > 0 && request.bodySize !== length) {
    notices.push({
      kind: 'warning',
      text: `The HAR says that ${size(request.bodySize)} were sent and holds ${size(length)}: its text is not byte for byte what was sent, so a signature may fail.`,
    });
  }
  return { ...delivery, ...body };
}

/** `headers` as pairs or as an object, `body` as text, value or Base64: what gateways and this project write. */
function captured(value) {
  const notices = [];
  const entries = Array.isArray(value.headers) ? value.headers : Object.entries(value.headers ?? {});
  const pairs = entries.flatMap((entry) => {
    if (Array.isArray(entry)) {
      const values = Array.isArray(entry[1]) ? entry[1] : [entry[1]];
      return values.map((one) => [String(entry[0]), fromOctets(String(one))]);
    }
    return typeof entry?.name === 'string' ? [[entry.name, fromOctets(String(entry.value ?? ''))]] : [];
  });
  const delivery = {
    method: String(value.httpMethod ?? value.method ?? 'POST').toUpperCase(),
    target: String(value.path ?? '/'),
  };
  Object.assign(delivery, { headers: printHeaders(pairs), notices, vendor: value.vendor, settings: settingsOf(value) });
  if (Array.isArray(value.secrets) && value.secrets.some((secret) => Number.isFinite(secret?.expires))) {
    notices.push({
      kind: 'warning',
      text: 'A secret in here has an end, and this page knows of none: signatures are judged as if it had not come.',
    });
  }
  const encoded = value.body_base64 ?? (value.isBase64Encoded === true ? value.body : undefined);
  if (typeof encoded === 'string') {
    const bytes = fromBase64(encoded);
    if (bytes) return { ...delivery, ...withBody(bytes) };
    notices.push({ kind: 'warning', text: 'The body should be Base64 and is not. It was left out.' });
    return { ...delivery, body: '' };
  }
  const body = value.rawBody ?? value.body;
  if (typeof body === 'string') return { ...delivery, body };
  if (body === undefined || body === null) return { ...delivery, body: '' };
  notices.push({
    kind: 'note',
    text: 'The body stands there as a value, not as text, so it was written anew; the bytes that were sent may have differed.',
  });
  return { ...delivery, body: JSON.stringify(body, null, 2) };
}

/** Settings that a line for `hookvet check --jsonl` carries. Its secrets are taken too: they are in what was pasted. */
function settingsOf(value) {
  const settings = {};
  if (typeof value.policy === 'string') settings.policy = value.policy;
  if (value.rules !== null && typeof value.rules === 'object' && !Array.isArray(value.rules))
    settings.rules = value.rules;
  if (typeof value.batches === 'boolean') settings.batches = value.batches;
  if (Number.isInteger(value.now)) settings.now = value.now;
  if (Array.isArray(value.secrets)) {
    const secrets = value.secrets.map((one) => one?.secret ?? one);
    if (secrets.every((secret) => typeof secret === 'string')) settings.secrets = secrets;
  }
  return settings;
}

function pathOf(url) {
  return /^[a-z]+:\/\/[^/?#]*([^#]*)/i.exec(String(url ?? ''))?.[1] || '/';
}

/** The headers that a bare body must have come with, as far as the body itself tells. */
export function headersFor(value) {
  const object = Array.isArray(value) ? value[0] : value;
  if (object !== null && typeof object === 'object' && typeof object.specversion === 'string') {
    return `content-type: application/cloudevents${Array.isArray(value) ? '-batch' : ''}+json`;
  }
  return 'content-type: application/json';
}

/** JSON without blanks and line ends; `undefined` where the text is none. */
export function compacted(body) {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** JSON indented by two blanks; other text as it is. */
export function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
