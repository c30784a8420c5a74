/**
 * Replaces values by dummies of the same shape: personal data goes, the verdict stays.
 *
 * Member names, true and false, null, and words that the documents list stay as they are; letters become x, digits 0, and
 * dates, times and UUIDs stay dates, times and UUIDs. Equal values stay equal.
 */

import { parseHeaders } from "../delivery/headers.js";
import { allowed, schemaAt } from "../judge/schema.js";
import { parseTree, pointerOf, textOf } from "../judge/tree.js";

/** Headers that name no person; of the rest the value is masked. */
const PLAIN = new Set(["ce-type", "ce-specversion", "content-type", "content-length", "content-encoding", "accept", "user-agent", "host"]);

const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?=$|[Tt ])/;
const TIME = /[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?/;

export function maskText(text) {
  if (DATE.test(text)) {
    const rest = text.slice(10).replace(TIME, (whole) => whole.replace(/[0-9]/g, "0"));
    return `2000-01-01${rest.replace(/[0-9]/g, "0")}`;
  }
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    // Different ids stay different, or two deliveries of one page could not be told apart.
    return `00000000-0000-4000-8000-${short(text)}`;
  }
  return text.replace(/%[0-9a-fA-F]{2}|\p{Lu}|\p{L}|\p{N}/gu, (piece) => {
    if (piece.length === 3 && piece.startsWith("%")) return piece;
    if (/\p{N}/u.test(piece)) return "0";
    return /\p{Lu}/u.test(piece) ? "X" : "x";
  });
}

/** Twelve digits that depend on a text. */
function short(text) {
  let hash = 2166136261;
  for (const character of text.toLowerCase()) hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0;
  return hash.toString(10).padStart(12, "0").slice(-12);
}

export function maskHeaders(text) {
  let out = text;
  for (const line of parseHeaders(text).reverse()) {
    if (line.problem !== undefined || PLAIN.has(line.name.toLowerCase()) || line.value === "customer") continue;
    const value = line.name.toLowerCase() === "x-webhook-signature"
      ? line.value.replace(/(?<=v1=)[0-9a-fA-F]+/g, (digits) => "0".repeat(digits.length))
      : maskText(line.value);
    out = out.slice(0, line.valueFrom) + value + out.slice(line.valueTo);
  }
  return out;
}

/** Members of the envelopes whose text says what an event is. */
const ENVELOPE = new Set(["/type", "/specversion", "/event_type", "/datacontenttype"]);

export function maskBody(text, schema, base) {
  const tree = parseTree(text);
  const found = [];
  const visit = (node) => {
    if (node.kind === "string" || node.kind === "number") found.push(node);
    for (const one of node.children ?? []) visit(one);
  };
  if (tree) visit(tree);
  let out = text;
  for (const node of found.sort((a, b) => b.from - a.from)) {
    const raw = text.slice(node.from, node.to);
    const pointer = pointerOf(node);
    if (ENVELOPE.has(pointer) && (base !== "" || pointer === "/event_type" || pointer === "/specversion")) continue;
    if (node.kind === "number") {
      out = out.slice(0, node.from) + raw.replace(/[0-9](?![0-9]*[eE+-])/g, "1") + out.slice(node.to);
      continue;
    }
    const value = textOf(raw);
    const words = schema && pointer.startsWith(base) ? allowed(schemaAt(schema, pointer.slice(base.length))) : undefined;
    if (words?.includes(value) || value === "true" || value === "false" || pointer === "/source" && value === "customer") continue;
    out = out.slice(0, node.from) + JSON.stringify(maskText(value)) + out.slice(node.to);
  }
  return out;
}
