/** Where everything stands in JSON text, also in text that is not quite JSON. */

/** Nested deeper than this, values are not looked into. The core refuses more than 64 levels. */
const MAX_DEPTH = 200;

/**
 * The value that `text` holds as nodes with their places (UTF-16 offsets); `undefined` where it starts with no value.
 *
 * A node has `kind` (`object`, `array`, `string`, `number`, `true`, `false`, `null`, `other`), `from`, `to`, and within an
 * object `name`, `nameFrom`, `nameTo`. What is wrong is read past, so that places are found while somebody types.
 */
export function parseTree(text) {
  const reader = { text, at: 0 };
  blanks(reader);
  return reader.at < text.length ? value(reader, 0) : undefined;
}

function blanks(reader) {
  while (reader.at < reader.text.length && /[\s\ufeff]/.test(reader.text[reader.at])) reader.at += 1;
}

function value(reader, depth) {
  const { text } = reader;
  const from = reader.at;
  const first = text[from];
  if (first === '"') {
    skipString(reader);
    return { kind: 'string', from, to: reader.at };
  }
  if ((first === '{' || first === '[') && depth < MAX_DEPTH) return container(reader, depth, first === '{');
  if (first === '{' || first === '[') {
    skipNested(reader);
    return { kind: 'other', from, to: reader.at };
  }
  while (reader.at < text.length && !/[\s,:{}[\]"]/.test(text[reader.at])) reader.at += 1;
  if (reader.at === from) reader.at += 1;
  const word = text.slice(from, reader.at);
  const kind = ['true', 'false', 'null'].includes(word) ? word : /^-?[0-9]/.test(word) ? 'number' : 'other';
  return { kind, from, to: reader.at };
}

function container(reader, depth, isObject) {
  const { text } = reader;
  const node = { kind: isObject ? 'object' : 'array', from: reader.at, to: 0, children: [], isClosed: false };
  reader.at += 1;
  for (;;) {
    blanks(reader);
    const character = text[reader.at];
    if (character === undefined) break;
    if (character === '}' || character === ']') {
      node.isClosed = character === (isObject ? '}' : ']');
      reader.at += 1;
      break;
    }
    if (character === ',' || character === ':') {
      reader.at += 1;
      continue;
    }
    if (isObject) member(reader, node, depth);
    else node.children.push(Object.assign(value(reader, depth + 1), { parent: node }));
  }
  node.to = reader.at;
  return node;
}

function member(reader, node, depth) {
  const { text } = reader;
  const nameFrom = reader.at;
  if (text[nameFrom] !== '"') {
    value(reader, depth + 1);
    return;
  }
  skipString(reader);
  const nameTo = reader.at;
  blanks(reader);
  if (text[reader.at] === ':') {
    reader.at += 1;
    blanks(reader);
  }
  if (reader.at >= text.length || /[},\]]/.test(text[reader.at])) return;
  const child = value(reader, depth + 1);
  Object.assign(child, { name: textOf(text.slice(nameFrom, nameTo)), nameFrom, nameTo, parent: node });
  node.children.push(child);
}

function skipString(reader) {
  const { text } = reader;
  reader.at += 1;
  while (reader.at < text.length) {
    const character = text[reader.at];
    // A string that is not closed ends with its line, so that the lines below keep their places.
    if (character === '\n') return;
    reader.at += character === '\\' ? 2 : 1;
    if (character === '"') return;
  }
  reader.at = Math.min(reader.at, text.length);
}

function skipNested(reader) {
  const { text } = reader;
  let depth = 0;
  while (reader.at < text.length) {
    const character = text[reader.at];
    if (character === '"') {
      skipString(reader);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    reader.at += 1;
    if (depth === 0) return;
  }
}

/** The text that a quoted string stands for; the raw text where it is malformed. */
export function textOf(quoted) {
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted.replace(/^"|"$/g, '');
  }
}

/** The tokens of a JSON Pointer. */
export function tokens(pointer) {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The child called `token`; for a repeated name the last one, which the core's finding is about. */
export function child(node, token) {
  if (node?.kind === 'array') return node.children[Number(token)];
  return node?.kind === 'object' ? node.children.findLast((one) => one.name === token) : undefined;
}

/** The node at `pointer`, or the nearest one above it; `isExact` says which. */
export function nodeAt(tree, pointer) {
  let node = tree;
  for (const token of tokens(pointer)) {
    const next = child(node, token);
    if (next === undefined) return { node, isExact: false };
    node = next;
  }
  return { node, isExact: node !== undefined };
}

/** The pointer of a node. */
export function pointerOf(node) {
  const parts = [];
  for (let at = node; at?.parent; at = at.parent) {
    const token = at.name ?? String(at.parent.children.indexOf(at));
    parts.unshift(`/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
  return parts.join('');
}
