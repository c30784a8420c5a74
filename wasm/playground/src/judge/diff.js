/** What differs between two deliveries: headers by name, the body by place. */

import { headerPairs } from '../delivery/headers.js';

/** How many differences are listed. */
const MAX = 200;

/**
 * `[{ where, before, after }]`, headers first; what one of the two lacks is `undefined`. A body that is no JSON differs as a
 * whole. `a` and `b` have `headers` and `body`.
 */
export function differences(a, b) {
  const found = [];
  const [before, after] = [byName(a.headers), byName(b.headers)];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    add(found, `header:${name}`, before.get(name), after.get(name));
  }
  const [left, right] = [parsed(a.body), parsed(b.body)];
  if (left === undefined || right === undefined) add(found, 'body', a.body, b.body);
  else compare(found, '', left.value, right.value);
  return found.slice(0, MAX);
}

function byName(headers) {
  const all = new Map();
  for (const [name, value] of headerPairs(headers)) {
    const key = name.toLowerCase();
    all.set(key, all.has(key) ? `${all.get(key)}, ${value}` : value);
  }
  return all;
}

function parsed(text) {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function add(found, where, before, after) {
  if (before !== after) found.push({ where, before, after });
}

function compare(found, pointer, before, after) {
  if (isGroup(before) && isGroup(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      compare(found, place, member(before, name), member(after, name));
    }
  } else add(found, `body:${pointer}`, written(before), written(after));
}

const isGroup = (value) => typeof value === 'object' && value !== null;
const member = (value, name) => (Object.hasOwn(value, name) ? value[name] : undefined);
const written = (value) => (value === undefined ? undefined : JSON.stringify(value));
