/** Reading a published schema: what it says at a place, and the whole of it as a table. */

import { tokens } from './tree.js';

/** How deep the table goes. */
const MAX_LEVEL = 7;

/** The schema with its `$ref` followed; a description beside the reference is kept. */
export function resolve(schema, root) {
  let found = schema;
  for (let count = 0; found?.$ref !== undefined && count < 16; count += 1) {
    const { $ref, ...beside } = found;
    let target = root;
    for (const token of tokens($ref.slice(1))) target = target?.[token];
    found = { ...target, ...beside };
  }
  return found ?? {};
}

/** Every alternative of a schema, itself where it has none. */
function alternatives(schema, root) {
  const plain = resolve(schema, root);
  const branches = [...(plain.anyOf ?? []), ...(plain.oneOf ?? []), ...(plain.allOf ?? [])];
  if (branches.length === 0) return [plain];
  const { anyOf, oneOf, allOf, ...rest } = plain;
  return [rest, ...branches.flatMap((branch) => alternatives(branch, root))];
}

/** What the schema says of the value at `pointer`; `undefined` where it says nothing. */
export function schemaAt(root, pointer) {
  let candidates = [root];
  for (const token of tokens(pointer)) {
    candidates = candidates
      .flatMap((candidate) => alternatives(candidate, root))
      .flatMap((candidate) => {
        if (candidate.properties?.[token]) return [candidate.properties[token]];
        if (candidate.items && /^[0-9]+$/.test(token)) return [candidate.items];
        return typeof candidate.additionalProperties === 'object' ? [candidate.additionalProperties] : [];
      });
    if (candidates.length === 0) return undefined;
  }
  const all = candidates.flatMap((candidate) => alternatives(candidate, root));
  return all.find((one) => one.enum || one.const !== undefined || one.type || one.properties) ?? all[0];
}

/** Names of the members that the object at `pointer` may have. */
export function memberNames(root, pointer) {
  const schema = schemaAt(root, pointer);
  if (schema === undefined) return [];
  return [...new Set(alternatives(schema, root).flatMap((one) => Object.keys(one.properties ?? {})))];
}

/** The values that the schema allows; `undefined` where it does not list them. */
export function allowed(schema) {
  if (schema?.const !== undefined) return [schema.const];
  return schema?.enum?.filter((value) => value !== null);
}

/** The documents that give the event: the lines under a heading in the schema's `$comment`. */
export function documentedIn(schema) {
  const [, list] = schema.$comment?.split('\nDocumented in:\n') ?? [];
  return list?.split('\n') ?? [];
}

/** In words: `text`, `date and time`, `list of objects`, … */
export function typeName(schema, root) {
  const plain = resolve(schema, root);
  const types = [plain.type ?? []].flat().filter((type) => type !== 'null');
  const nullable = [plain.type ?? []].flat().includes('null') ? ' or null' : '';
  if (plain.anyOf || plain.oneOf) {
    const names = [...new Set((plain.anyOf ?? plain.oneOf).map((one) => typeName(one, root)))];
    return names.join(' or ');
  }
  if (plain.const !== undefined) return `${typeof plain.const === 'string' ? 'text' : typeof plain.const}${nullable}`;
  const names = types.map((type) => {
    if (type === 'string') return FORMATS[plain.format] ?? 'text';
    if (type === 'array') return plain.items ? `list of ${plural(typeName(plain.items, root))}` : 'list';
    return TYPES[type] ?? type;
  });
  return (names.join(' or ') || (plain.enum ? 'text' : 'anything')) + nullable;
}

const FORMATS = { 'date-time': 'date and time', date: 'date', uuid: 'UUID', uri: 'URI', email: 'e-mail address' };
const TYPES = { boolean: 'true or false', object: 'object', number: 'number', integer: 'whole number', null: 'null' };

function plural(name) {
  return name === 'object' ? 'objects' : name === 'UUID' ? 'UUIDs' : name === 'text' ? 'texts' : name;
}

/**
 * The schema as rows in the order of the documents: `{ path, pointer, name, level, type, isRequired, allowed, limits, about,
 * hasChildren }`. A `*` in `path` stands for any item or name.
 */
export function rows(root) {
  const out = [];
  walk(root, root, '', 0, [], out);
  return out;
}

function walk(schema, root, path, level, above, out) {
  const options = alternatives(schema, root);
  for (const option of options) {
    for (const [name, member] of Object.entries(option.properties ?? {})) {
      add(member, root, `${path}/${name}`, name, level, (option.required ?? []).includes(name), above, out);
    }
    if (typeof option.additionalProperties === 'object') {
      add(option.additionalProperties, root, `${path}/*`, 'any name', level, false, above, out);
    }
    if (option.items && level > 0 && options.length >= 1) descend(option.items, root, `${path}/*`, level, above, out);
  }
}

function add(member, root, path, name, level, isRequired, above, out) {
  if (out.some((row) => row.path === path)) return;
  const plain = resolve(member, root);
  const row = {
    path,
    name,
    level,
    isRequired,
    type: typeName(member, root),
    allowed: allowed(plain) ?? alternatives(member, root).map(allowed).find(Boolean),
    limits: limits(plain),
    about: plain.description ?? '',
    hasChildren: false,
  };
  out.push(row);
  const before = out.length;
  descend(member, root, path, level + 1, above, out);
  row.hasChildren = out.length > before;
}

function descend(member, root, path, level, above, out) {
  // A type that holds itself would go on for ever.
  const mark = member.$ref;
  if (level > MAX_LEVEL || (mark !== undefined && above.includes(mark))) return;
  walk(member, root, path, level, mark === undefined ? above : [...above, mark], out);
}

function limits(schema) {
  const out = [];
  if (schema.maxLength !== undefined && schema.minLength === schema.maxLength)
    out.push(`${schema.maxLength} characters`);
  else {
    if (schema.minLength !== undefined) out.push(`at least ${schema.minLength} characters`);
    if (schema.maxLength !== undefined) out.push(`at most ${schema.maxLength} characters`);
  }
  if (schema.minimum !== undefined) out.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) out.push(`at most ${schema.maximum}`);
  if (schema.pattern !== undefined) out.push(`pattern ${schema.pattern}`);
  return out.join(', ');
}

/** Every pointer of a tree in the form of a row's path, with the first node there. */
export function pathsOf(tree) {
  const found = new Map();
  const visit = (node, path) => {
    if (!found.has(path)) found.set(path, node);
    for (const one of node.children ?? []) {
      const token = one.name === undefined ? '*' : one.name;
      visit(one, `${path}/${token}`);
    }
  };
  if (tree) visit(tree, '');
  return { get: (path) => found.get(path) ?? wildcard(found, path) };
}

function wildcard(found, path) {
  if (!path.includes('*')) return undefined;
  const pattern = new RegExp(
    `^${path
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]+')}$`,
  );
  for (const [key, node] of found) if (pattern.test(key)) return node;
  return undefined;
}
