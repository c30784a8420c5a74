/**
 * Changes that mend a finding. A change is `{ editor, from, to, insert }` in UTF-16 offsets; a fix has a `label`, its
 * `changes`, and `isCertain` where there is one right answer: those can be applied all at once.
 */

import { headerPairs, parseHeaders } from '../delivery/headers.js';
import { allowed, memberNames, schemaAt } from './schema.js';
import { child, nodeAt, parseTree, textOf } from './tree.js';

/** How many allowed values are offered one by one. */
const MAX_CHOICES = 12;

/**
 * Fixes for a placed finding. `context`: `headers`, `body`, `tree`, `schema`, `schemaBase` (the pointer its data
 * stands at), `event`, `types` (the vendor's documented event types).
 */
export function fixesFor(finding, context) {
  const made = finding.where.startsWith('header:') ? headerFixes(finding, context) : bodyFixes(finding, context);
  return made.filter((fix) => fix && fix.changes.length > 0);
}

/** All certain fixes at once, as far as they do not overlap. */
export function certainChanges(findings) {
  const taken = [];
  for (const finding of findings) {
    const fix = finding.fixes?.find((one) => one.isCertain);
    if (fix && !fix.changes.some((change) => taken.some((other) => overlap(change, other)))) taken.push(...fix.changes);
  }
  return taken;
}

function overlap(a, b) {
  return a.editor === b.editor && a.from <= b.to && b.from <= a.to;
}

/** `text` after those of `changes` that are for `editor`. */
export function applied(text, changes, editor) {
  const mine = changes.filter((change) => change.editor === editor).sort((a, b) => b.from - a.from);
  return mine.reduce((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text);
}

const certain = (label, ...changes) => ({ label, changes: changes.flat(), isCertain: true });
const possible = (label, ...changes) => ({ label, changes: changes.flat(), isCertain: false });

// Headers.

function headerFixes(finding, context) {
  const { rule, place, message } = finding;
  const name = finding.where.slice('header:'.length);
  const line = place?.line;
  const set = (value) => ({ editor: 'headers', from: line.valueFrom, to: line.valueTo, insert: spaced(line, value) });
  const readAs = /it is read as (\S+)$/.exec(message)?.[1];
  if (line === undefined) return missingHeader(finding, name, context);
  switch (rule) {
    case 'AMLYZE-D01':
    case 'AMLYZE-D02':
      return readAs ? [certain(`Write ${readAs}`, set(readAs))] : [];
    case 'AMLYZE-D03':
      return nearTypes(line.value, context.types).map((type) => possible(`Write ${type}`, set(type)));
    case 'AMLYZE-D06':
    case 'CE-A-specversion':
      return [certain('Write 1.0', set('1.0'))];
    case 'AMLYZE-D07':
      return message.startsWith('source of a customer update') ? [certain('Write customer', set('customer'))] : [];
    case 'AMLYZE-D10':
    case 'CE-A-time':
      return timeFix(line.value, set);
    case 'CE-A-id':
      return [possible('Put in a new id', set(newId()))];
    case 'CE-A-source':
      return sourceFix(line, set);
    case 'CE-V6':
      return [certain('Write percent signs as %25', set(line.value.replace(/%(?![0-9a-fA-F]{2})/g, '%25')))];
    case 'CE-V7':
      return [certain('Write blanks as %20', set(line.value.replaceAll(' ', '%20')))];
    case 'CE-V8':
    case 'AMLYZE-D34':
      return /[^\x20-\x7e]/.test(line.value)
        ? [certain('Percent-encode it', set(encoded(line.value)))]
        : [possible('Write percent signs as %25', set(line.value.replace(/%(?![0-9a-fA-F]{2})/g, '%25')))];
    case 'CE-V9':
      return [possible('Take the quotes out', set(line.value.replaceAll('"', '')))];
    case 'CE-A-name':
      return nameFix(line);
    case 'CE-H3':
      return [certain('Remove the header', removed(line, context.headers))];
    case 'CE-H4':
    case 'CE-H5': {
      const isSame = place.all.every((one) => one.value === place.all[0].value);
      const fix = isSame ? certain : possible;
      return [
        fix(
          'Keep the first one',
          place.all.slice(1).map((one) => removed(one, context.headers)),
        ),
      ];
    }
    case 'CE-H7': {
      const other = parseHeaders(context.headers).find((one) => one.name?.toLowerCase() === name.replace(/^ce-/, ''));
      return other ? [possible(`Take the value of ${other.name}`, set(other.value))] : [];
    }
    case 'HTTP-content-type':
    case 'CE-A-dct':
      return [certain('Write application/json', set('application/json'))];
    case 'CE-M5':
      return [possible('Write application/cloudevents+json', set('application/cloudevents+json'))];
    case 'HTTP-content-encoding':
      return [possible('Remove the header', removed(line, context.headers))];
    case 'SIG-missing':
    case 'SIG-mismatch':
    case 'SIG-malformed':
    case 'SIG-stale':
    case 'SIG-future':
      return [];
    default:
      return [];
  }
}

function missingHeader(finding, name, context) {
  const end = context.headers.length;
  const glue = context.headers === '' || context.headers.endsWith('\n') ? '' : '\n';
  const add = (text, isCertain) => ({
    label: `Add ${text.trim()}`,
    changes: [{ editor: 'headers', from: end, to: end, insert: `${glue}${text}` }],
    isCertain,
  });
  if (name === 'ce-specversion' && finding.rule !== 'CE-M8') return [add('ce-specversion: 1.0', true)];
  if (name === 'ce-id') return [{ ...add(`ce-id: ${newId()}`, false), label: 'Add ce-id with a new id' }];
  if (name === 'content-type') return [add('content-type: application/json', true)];
  if (name === 'ce-source' && context.event?.type === 'com.amlyze.customer.updated')
    return [add('ce-source: customer', true)];
  if (/^ce-(type|source|subject|time)$/.test(name))
    return [{ ...add(`${name}: `, false), label: `Add ${name}`, isOpen: true }];
  return [];
}

/** A value needs a blank behind the colon where there was nothing. */
function spaced(line, value) {
  return line.valueFrom === line.nameTo + 1 ? ` ${value}` : value;
}

function removed(line, headers) {
  const isLast = line.to >= headers.length;
  const from = isLast ? Math.max(0, line.from - 1) : line.from;
  return { editor: 'headers', from, to: isLast ? line.to : line.to + 1, insert: '' };
}

function timeFix(value, set) {
  const upper = value.replace(/t/g, 'T').replace(/z/g, 'Z');
  if (upper !== value && isTimestamp(upper)) return [certain(`Write T and Z in upper case`, set(upper))];
  const blank = value.replace(' ', 'T');
  if (blank !== value && isTimestamp(blank)) return [certain('Write T in place of the blank', set(blank))];
  const read = new Date(
    /^[0-9]{10}$/.test(value) ? Number(value) * 1000 : /^[0-9]{13}$/.test(value) ? Number(value) : Number.NaN,
  );
  return Number.isNaN(read.getTime()) ? [] : [certain('Write it as a timestamp', set(read.toISOString()))];
}

function isTimestamp(text) {
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$/.test(text);
}

/** The value is decoded once and is then no URI-reference; where its own escapes are doubled, it is one. */
function sourceFix(line, set) {
  if (/%[0-9a-fA-F]{2}/.test(line.value) && !/%25[0-9a-fA-F]{2}/.test(line.value)) {
    return [
      certain('Double the escapes (%20 travels as %2520)', set(line.value.replace(/%(?=[0-9a-fA-F]{2})/g, '%25'))),
    ];
  }
  if (/[ <>"{}|\\^`]/.test(line.value)) {
    const uri = line.value.replace(/[ <>"{}|\\^`]/g, (character) => `%25${hex(character.charCodeAt(0))}`);
    return [certain('Escape what a URI cannot hold', set(uri))];
  }
  return [];
}

function nameFix(line) {
  const plain = line.name
    .toLowerCase()
    .replace(/^ce-/, '')
    .replace(/[^a-z0-9]/g, '');
  if (plain === '') return [];
  return [
    certain(`Call it ce-${plain}`, { editor: 'headers', from: line.from, to: line.nameTo, insert: `ce-${plain}` }),
  ];
}

function encoded(value) {
  return Array.from(new TextEncoder().encode(value), (byte) => {
    const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x25;
    const isEscape = byte === 0x25;
    return isPlain || isEscape ? String.fromCharCode(byte) : `%${hex(byte)}`;
  }).join('');
}

function hex(code) {
  return code.toString(16).toUpperCase().padStart(2, '0');
}

function newId() {
  return globalThis.crypto?.randomUUID?.() ?? '00000000-0000-4000-8000-000000000000';
}

// Body.

function bodyFixes(finding, context) {
  const { rule, place, message } = finding;
  const { body } = context;
  const pointer = finding.where === 'body' ? '' : finding.where.slice('body:'.length);
  const node = place?.node;
  const put = (insert) => ({ editor: 'body', from: node.from, to: node.to, insert });
  const rename = (name) => ({ editor: 'body', from: node.nameFrom, to: node.nameTo, insert: JSON.stringify(name) });
  const inner = pointer.startsWith(context.schemaBase) ? pointer.slice(context.schemaBase.length) : undefined;
  const schema = context.schema && inner !== undefined ? schemaAt(context.schema, inner) : undefined;
  const raw = node ? body.slice(node.from, node.to) : '';
  const text = node?.kind === 'string' ? textOf(raw) : undefined;

  if (rule === 'SCHEMA-required') return missingMember(finding, pointer, inner, context);
  if (rule === 'AMLYZE-D25') return missingUpdateMember(message, context);
  if (rule === 'AMLYZE-D04') return toBinary(context);
  if (rule === 'AMLYZE-D11') return unquoteData(context);
  if (rule === 'JSON-syntax' || rule === 'AMLYZE-D13') return syntaxFix(message, place, body);
  if (node === undefined || node.parent === undefined) return [];
  switch (rule) {
    case 'SCHEMA-enum':
    case 'SCHEMA-const':
    case 'AMLYZE-D20':
    case 'AMLYZE-D23':
      return chooseValue(text, allowed(schema) ?? [], put);
    case 'SCHEMA-type':
      return typeFix(node, raw, text, schema, put, body);
    case 'SCHEMA-format':
      return text === undefined ? [] : formatFix(text, schema, put);
    case 'SCHEMA-unknown':
      return unknownMember(node, inner, context, rename);
    case 'AMLYZE-D14':
      return customerId(finding, node, context, rename, put);
    case 'AMLYZE-D15':
      return node.nameFrom === undefined ? [] : [certain('Rename it updatedAt', rename('updatedAt'))];
    case 'AMLYZE-D16':
      return text === 'true' || text === 'false' ? [certain(`Write ${text} without quotes`, put(text))] : [];
    case 'AMLYZE-D18':
    case 'AMLYZE-D26':
      return [certain('Leave the member out', cut(node, body))];
    case 'AMLYZE-D21':
      return [certain('Write it as text', put(`"${raw}"`))];
    case 'DATASPIKE-1':
      return [certain('Rename it errors', rename('errors'))];
    case 'DATASPIKE-3':
      return nearTypes(text ?? '', context.types).map((type) => possible(`Write ${type}`, put(JSON.stringify(type))));
    case 'DATASPIKE-2':
      return [certain('Write AML_SCREENING', put('"AML_SCREENING"'))];
    case 'DATASPIKE-6':
      return [certain('Rename it search_response', rename('search_response'))];
    case 'DATASPIKE-7':
      return text === undefined ? [] : [certain('Write it as an object with a type', put(`{"type": ${raw}}`))];
    case 'DATASPIKE-20':
      return node.kind === 'array' && node.children.length === 0 ? [certain('Write null', put('null'))] : [];
    case 'DATASPIKE-23':
      return OLD_NAMES[node.name] ? [certain(`Rename it ${OLD_NAMES[node.name]}`, rename(OLD_NAMES[node.name]))] : [];
    case 'DATASPIKE-28':
      return [certain('Write it as a list of one', put(`[${raw}]`))];
    case 'DATASPIKE-30':
      return [certain('Rename it reference', rename('reference'))];
    case 'DATASPIKE-49':
      return [certain('Rename it manual_field_settings', rename('manual_field_settings'))];
    case 'JSON-duplicate':
      return duplicateFix(node, body);
    default:
      return [];
  }
}

const OLD_NAMES = {
  documentType: 'document_type',
  docNumber: 'doc_number',
  birthDate: 'birth_date',
  expiryDate: 'expiry_date',
  doc_number: 'document_number',
  document_type: 'parsed_type',
};

function chooseValue(text, values, put) {
  const same = values.filter(
    (value) => typeof value === 'string' && text !== undefined && plain(value) === plain(text),
  );
  if (same.length === 1) return [certain(`Write ${same[0]}`, put(JSON.stringify(same[0])))];
  if (values.length === 1) return [certain(`Write ${values[0]}`, put(JSON.stringify(values[0])))];
  return values
    .slice(0, MAX_CHOICES)
    .map((value) => ({ ...possible(String(value), put(JSON.stringify(value))), isChoice: true }));
}

function plain(text) {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function typeFix(node, raw, text, schema, put, body) {
  const types = [schema?.type ?? []].flat();
  const values = allowed(schema);
  if (types.includes('string') && node.kind === 'number' && !values) {
    if (schema.format === 'date-time' && /^[0-9]{10}(\.[0-9]+)?$|^[0-9]{13}$/.test(raw)) {
      const time = new Date(raw.length === 13 ? Number(raw) : Number(raw) * 1000);
      return [certain('Write it as a timestamp', put(JSON.stringify(time.toISOString())))];
    }
    return [certain('Write it as text', put(`"${raw}"`))];
  }
  if (values && node.kind !== 'object' && node.kind !== 'array') return chooseValue(text ?? raw, values, put);
  if (types.includes('boolean') && (text === 'true' || text === 'false'))
    return [certain(`Write ${text} without quotes`, put(text))];
  if (
    (types.includes('number') || types.includes('integer')) &&
    text !== undefined &&
    /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(text) &&
    (types.includes('number') || !text.includes('.'))
  ) {
    return [certain('Write it without quotes', put(text))];
  }
  if (types.includes('array') && node.kind === 'object')
    return [possible('Write it as a list of one', put(`[${raw}]`))];
  if (node.kind === 'null') return [possible('Leave the member out', cut(node, body))];
  return [];
}

function formatFix(text, schema, put) {
  const set = (value) => put(JSON.stringify(value));
  if (schema?.format === 'date-time') {
    const fixes = timeFix(text, set);
    if (fixes.length > 0) return fixes;
    const day = /^([0-9]{4}-[0-9]{2}-[0-9]{2})$/.exec(text)?.[1];
    return day ? [possible('Make it midnight UTC of that day', set(`${day}T00:00:00Z`))] : [];
  }
  if (schema?.format === 'date') {
    const start = /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]/.exec(text)?.[1];
    if (start) return [certain('Keep the day alone', set(start))];
    const dotted = /^([0-9]{2})\.([0-9]{2})\.([0-9]{4})$/.exec(text);
    return dotted ? [certain('Write year, month, day', set(`${dotted[3]}-${dotted[2]}-${dotted[1]}`))] : [];
  }
  if (schema?.format === 'uuid') {
    const digits = text.replace(/[{}-]|^urn:uuid:/gi, '');
    const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i.exec(digits);
    return parts ? [certain('Write it with four hyphens', set(parts.slice(1).join('-')))] : [];
  }
  return [];
}

function unknownMember(node, inner, context, rename) {
  if (node.nameFrom === undefined || context.schema === undefined || inner === undefined) return [];
  const above = inner.slice(0, inner.lastIndexOf('/'));
  const free = memberNames(context.schema, above).filter((name) => child(node.parent, name) === undefined);
  const same = free.filter((name) => plain(name) === plain(node.name));
  if (same.length === 1) return [certain(`Rename it ${same[0]}`, rename(same[0]))];
  const near = free.filter((name) => distance(plain(name), plain(node.name)) <= (node.name.length > 5 ? 2 : 1));
  return near.slice(0, 3).map((name) => possible(`Rename it ${name}`, rename(name)));
}

/** Documented event types that somebody may have meant: misspelt by two letters at the most, or another end of the same name. */
export function nearTypes(type, types = []) {
  const stem = (name) => name.slice(0, name.lastIndexOf('.') + 1);
  const near = types.filter((one) => distance(one.toLowerCase(), type.toLowerCase()) <= 2);
  const siblings = stem(type) === '' ? [] : types.filter((one) => stem(one) === stem(type));
  return [...new Set([...near, ...siblings])].slice(0, 3);
}

/** Letters to put in, take out, change or swap between two names. */
export function distance(a, b) {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before = [];
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      current[j] = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        current[j] = Math.min(current[j], before[j - 2] + 1);
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length];
}

function customerId(finding, node, context, rename, put) {
  if (finding.message.startsWith('differs')) {
    const { subject } = context.event ?? {};
    return subject ? [possible('Take the subject’s value', put(JSON.stringify(subject)))] : [];
  }
  const names = context.schema ? memberNames(context.schema, '') : [];
  const name =
    names.find((one) => one.toLowerCase() === 'customerexternalid') ?? names.find((one) => one === 'externalId');
  return name && node.nameFrom !== undefined && child(node.parent, name) === undefined
    ? [certain(`Rename it ${name}`, rename(name))]
    : [];
}

function missingMember(finding, pointer, inner, context) {
  const name = finding.member;
  const { node, isExact } = nodeAt(context.tree, pointer);
  if (!name || !isExact || node.kind !== 'object') return [];
  const schema =
    context.schema && inner !== undefined
      ? schemaAt(context.schema, `${inner}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
      : undefined;
  const values = allowed(schema);
  const value = values?.length === 1 ? values[0] : undefined;
  const change = insertion(
    node,
    name,
    value === undefined ? placeholder(schema, values) : JSON.stringify(value),
    context.body,
  );
  return [
    value === undefined
      ? { ...possible(`Add ${name}, to be filled in`, change), isOpen: true }
      : certain(`Add ${name}`, change),
  ];
}

/** A value of the right shape, which somebody has to replace. */
function placeholder(schema, values) {
  if (values?.length > 0) return JSON.stringify(values[0]);
  const type = [schema?.type ?? 'string'].flat()[0];
  if (type === 'string') {
    const samples = {
      'date-time': new Date().toISOString(),
      date: new Date().toISOString().slice(0, 10),
      uuid: newId(),
    };
    return JSON.stringify(samples[schema?.format] ?? '');
  }
  return { boolean: 'false', integer: '0', number: '0', array: '[]', object: '{}', null: 'null' }[type] ?? '""';
}

/** Puts a member in behind the last one, indented as that is. */
export function insertion(node, name, value, body) {
  const member = `${JSON.stringify(name)}: ${value}`;
  const last = node.children.at(-1);
  if (last === undefined) {
    return { editor: 'body', from: node.from + 1, to: node.from + 1, insert: member };
  }
  const start = last.nameFrom ?? last.from;
  const line = body.lastIndexOf('\n', start - 1);
  const indent = body.slice(line + 1, start);
  const isOwnLine = line >= node.from && indent.trim() === '';
  const ends = body.slice(line - 1, line) === '\r' ? '\r\n' : '\n';
  return {
    editor: 'body',
    from: last.to,
    to: last.to,
    insert: isOwnLine ? `,${ends}${indent}${member}` : `, ${member}`,
  };
}

function missingUpdateMember(message, context) {
  const base = nodeAt(context.tree, context.schemaBase);
  if (!base.isExact || base.node.kind !== 'object') return [];
  const [name, value] = message.startsWith('updatedAt')
    ? ['updatedAt', context.event?.time]
    : ['customerExternalID', context.event?.subject];
  if (!value) return [];
  const upper = name === 'updatedAt' ? value.replace('t', 'T').replace('z', 'Z') : value;
  return [certain(`Add ${name}, as in the headers`, insertion(base.node, name, JSON.stringify(upper), context.body))];
}

/** An event in the JSON format as headers and data, as AMLYZE documents it. */
function toBinary(context) {
  const { tree, body, headers } = context;
  if (tree?.kind !== 'object') return [];
  const data = child(tree, 'data');
  const kept = headerPairs(headers).filter(([name]) => name.toLowerCase() !== 'content-type');
  const pairs = [];
  for (const member of tree.children) {
    if (member.name === 'data' || member.name === 'data_base64' || member.name === 'datacontenttype') continue;
    if (member.kind === 'object' || member.kind === 'array') return [];
    const raw = body.slice(member.from, member.to);
    const value = member.kind === 'string' ? textOf(raw) : raw;
    pairs.push(`ce-${member.name}: ${encoded(value.replaceAll('%', '%25')).replaceAll('%20', ' ')}`);
  }
  if (data === undefined) return [];
  const type = child(tree, 'datacontenttype');
  const contentType = type?.kind === 'string' ? textOf(body.slice(type.from, type.to)) : 'application/json';
  const lines = [...pairs, `content-type: ${contentType}`, ...kept.map(([name, value]) => `${name}: ${value}`)];
  const raw = body.slice(data.from, data.to);
  const isQuoted = data.kind === 'string' && /^\s*\{/.test(textOf(raw));
  return [
    certain('Write it in binary mode', [
      { editor: 'headers', from: 0, to: headers.length, insert: lines.join('\n') },
      { editor: 'body', from: 0, to: body.length, insert: isQuoted ? textOf(raw) : outdented(raw) },
    ]),
  ];
}

/** Text one level further left. */
function outdented(text) {
  return text.replace(/\n {2}/g, '\n');
}

function unquoteData({ tree, body, schemaBase }) {
  const found = nodeAt(tree, schemaBase || '').node ?? tree;
  const data = found?.kind === 'string' ? found : child(tree, 'data');
  if (data?.kind !== 'string') return [];
  const text = textOf(body.slice(data.from, data.to));
  return parseTree(text)?.kind === 'object'
    ? [certain('Take the object out of the string', { editor: 'body', from: data.from, to: data.to, insert: text })]
    : [];
}

function syntaxFix(message, place, body) {
  if (place === undefined || !message.startsWith('a comma')) return [];
  const at = place.at ?? place.from;
  const comma = body[at] === ',' ? at : body.lastIndexOf(',', at);
  if (comma < 0 || !/^,\s*[}\]]/.test(body.slice(comma))) return [];
  return [certain('Remove the comma', { editor: 'body', from: comma, to: comma + 1, insert: '' })];
}

function duplicateFix(node, body) {
  const all = node.parent?.children.filter((one) => one.name === node.name) ?? [];
  if (all.length < 2) return [];
  const values = new Set(all.map((one) => body.slice(one.from, one.to)));
  return [
    (values.size === 1 ? certain : possible)(
      'Keep the first one',
      all.slice(1).map((one) => cut(one, body)),
    ),
  ];
}

/** Takes a member and one comma beside it away. */
export function cut(node, body) {
  const from = node.nameFrom ?? node.from;
  const before = /,\s*$/.exec(body.slice(0, from));
  if (before) return { editor: 'body', from: before.index, to: node.to, insert: '' };
  const after = /^\s*,\s*/.exec(body.slice(node.to));
  return { editor: 'body', from, to: node.to + (after?.[0].length ?? 0), insert: '' };
}
