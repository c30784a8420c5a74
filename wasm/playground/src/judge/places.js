/** From a finding to the characters that it is about. */

import { parseHeaders } from '../delivery/headers.js';
import { toUnits } from '../delivery/text.js';
import { nodeAt } from './tree.js';

/** Rules about a member's name; of the rest the value is underlined. */
const ABOUT_NAMES = new Set([
  'SCHEMA-unknown',
  'SCHEMA-additionalProperties',
  'SCHEMA-propertyNames',
  'JSON-duplicate',
  'AMLYZE-D15',
  'DATASPIKE-1',
  'DATASPIKE-6',
  'DATASPIKE-23',
  'DATASPIKE-30',
  'DATASPIKE-49',
  'AMLYZE-D18',
]);

/** Rules about a header's name. */
const ABOUT_HEADER_NAMES = new Set(['CE-A-name', 'CE-A-name20', 'CE-A-reserved', 'CE-H3', 'CE-H4', 'CE-H5']);

/**
 * Each finding with `place`: `{ editor: "headers" | "body", from, to, node?, line?, isMissing? }`, or `undefined` for what
 * concerns the whole request.
 */
export function placed(findings, { headers, body, tree }) {
  const lines = parseHeaders(headers);
  const offsets = findings.map((finding) => (finding.where.startsWith('body') ? (finding.offset ?? 0) : 0));
  const units = toUnits(body, offsets);
  return findings.map((finding, index) => ({ ...finding, place: placeOf(finding, lines, body, tree, units[index]) }));
}

function placeOf(finding, lines, body, tree, unit) {
  if (finding.where.startsWith('header:')) return headerPlace(finding, lines);
  if (!finding.where.startsWith('body')) return undefined;
  const pointer = finding.where.slice('body:'.length);
  if (
    pointer === '' &&
    (finding.rule.startsWith('JSON-') ||
      finding.rule.startsWith('CE-D4') ||
      finding.rule === 'AMLYZE-D13' ||
      finding.rule === 'LIMIT-depth')
  ) {
    return around(body, unit, finding.offset);
  }
  const { node, isExact } = nodeAt(tree, pointer);
  if (node === undefined) return around(body, unit, finding.offset);
  if (!isExact) return { editor: 'body', ...start(node), node: undefined, parent: node };
  // D14 is about the spelling, or about the value that differs from the subject.
  const isName =
    ABOUT_NAMES.has(finding.rule) || (finding.rule === 'AMLYZE-D14' && finding.message.startsWith('not the spelling'));
  if (isName && node.nameFrom !== undefined) return { editor: 'body', from: node.nameFrom, to: node.nameTo, node };
  return { editor: 'body', ...start(node), node };
}

/** A whole object or list underlined would hide what is in it, so only its first line is marked. */
function start(node) {
  const isLong = node.kind === 'object' || node.kind === 'array';
  const from = isLong && node.nameFrom !== undefined ? node.nameFrom : node.from;
  const to = isLong ? (node.nameTo ?? node.from + 1) : node.to;
  return { from, to };
}

/** The character at a place where the text is no JSON. */
function around(body, unit, offset) {
  if (offset === undefined) return { editor: 'body', from: 0, to: Math.min(1, body.length) };
  const at = Math.min(unit, body.length);
  // Behind the end, or on a line end, nothing could be underlined; the last character can.
  if (at >= body.length || body[at] === '\n') {
    const last = body.slice(0, at).trimEnd().length;
    return { editor: 'body', from: Math.max(0, last - 1), to: last, at };
  }
  return { editor: 'body', from: at, to: Math.min(body.length, at + (body.codePointAt(at) > 0xffff ? 2 : 1)), at };
}

function headerPlace(finding, lines) {
  const name = finding.where.slice('header:'.length);
  const all = lines.filter((line) => line.name?.toLowerCase() === name);
  const line = finding.rule === 'CE-H4' || finding.rule === 'CE-H5' ? all.at(-1) : all[0];
  if (line === undefined) {
    const last = lines.at(-1);
    return { editor: 'headers', from: last?.to ?? 0, to: last?.to ?? 0, isMissing: true, name };
  }
  if (ABOUT_HEADER_NAMES.has(finding.rule)) return { editor: 'headers', from: line.from, to: line.nameTo, line, all };
  if (finding.offset !== undefined && finding.offset < line.value.length) {
    const at = line.valueFrom + toUnits(line.value, [finding.offset])[0];
    return { editor: 'headers', from: at, to: at + 1, line, all };
  }
  const isEmpty = line.valueTo === line.valueFrom;
  return {
    editor: 'headers',
    from: isEmpty ? line.from : line.valueFrom,
    to: isEmpty ? line.to : line.valueTo,
    line,
    all,
  };
}
