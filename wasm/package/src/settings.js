// The options of a vetter: their types are looked at here, their meaning in WebAssembly.

import { encoder, fault, generation, ready, trapped, wasm, writeFields } from './instance.js';

const KINDS = {
  policy: 'string',
  rules: 'object',
  secrets: 'object',
  allowUnsigned: 'boolean',
  tolerance: 'number',
  maxBody: 'number',
  maxDepth: 'number',
  maxAttributes: 'number',
  solicitBatches: 'boolean',
  acceptedStatus: 'number',
  reveal: 'boolean',
  schemas: 'object',
  only: 'object',
  onlyKnownTypes: 'boolean',
  now: 'function',
};

const wrong = (name, what) => new TypeError(`the option ${name} must be ${what}`);

/** Settings, and the handle that they have in the instance. They outlive an instance that fails. */
export class Settings {
  #pairs = [];
  #secrets = [];
  #generation = -1;
  #handle = 0;
  #now;
  isFreed = false;

  constructor(vendor, options = {}) {
    if (typeof vendor !== 'string') throw new TypeError('the vendor must be a string');
    if (typeof options !== 'object' || options === null) throw new TypeError('the options must be an object');
    this.#pairs.push(['vendor', vendor]);
    for (const [name, value] of Object.entries(options)) {
      if (!Object.hasOwn(KINDS, name)) throw new TypeError(`there is no option ${name}`);
      if (value !== undefined) this.#add(name, value);
    }
    this.handle();
    this.maxBody = wasm.max_body(this.#handle) >>> 0;
  }

  #add(name, value) {
    const kind = KINDS[name];
    if (typeof value !== kind || value === null)
      throw wrong(name, kind === 'object' ? 'an object or list' : `a ${kind}`);
    if (name === 'secrets') this.#secrets = secrets(value);
    else if (name === 'now') this.#now = value;
    else if (name === 'schemas') this.#pairs.push(...schemas(value));
    else if (name === 'only') this.#pairs.push(...types(value));
    else if (name === 'rules') {
      for (const [rule, level] of Object.entries(value)) this.#pairs.push(['rule', `${rule}=${level}`]);
    } else if (kind === 'boolean') {
      if (value) this.#pairs.push([name, '']);
    } else {
      if (kind === 'number' && !(Number.isSafeInteger(value) && value >= 0)) throw wrong(name, 'a whole number');
      this.#pairs.push([name, `${value}`]);
    }
  }

  /** The time in seconds, where anything depends on it. */
  now() {
    if (this.#secrets.length === 0) return 0;
    const now = this.#now === undefined ? Date.now() / 1000 : this.#now();
    if (typeof now !== 'number' || !(now >= 0)) throw new TypeError('now() must give seconds since the Unix epoch');
    return Math.floor(now);
  }

  /** The handle of these settings in the present instance. */
  handle() {
    if (this.#generation === generation) return this.#handle;
    ready();
    this.release();
    const pairs = [...this.#pairs];
    for (const { secret, label, expires } of this.#secrets) {
      pairs.push(['secret', secret]);
      if (label !== undefined) pairs.push(['label', label]);
      if (expires !== undefined) pairs.push(['expires', `${expires}`]);
    }
    writePairs(pairs);
    const handle = run(() => wasm.configure(pairs.length * 2));
    if (handle < 0) throw fault(handle);
    this.#handle = handle;
    this.#generation = generation;
    collected?.register(this, { handle, generation }, this);
    return handle;
  }

  /** Forgets the handle; it is made again where it is needed. */
  release() {
    if (this.#generation === generation) wasm.release(this.#handle);
    this.#generation = -1;
    collected?.unregister(this);
  }
}

/** Writes pairs of strings. A label is text, which the instance reads as UTF-8; an octet has one character here. */
export function writePairs(pairs) {
  // One by one, since a schema can have more octets than a call can have arguments.
  const latin = (text) => Array.from(encoder.encode(text), (octet) => String.fromCharCode(octet)).join('');
  const octets = (at) => pairs.map((pair) => latin(pair[at]));
  writeFields({ names: octets(0), values: octets(1) });
}

/** Calls an export; where it traps there is a new instance afterwards. */
export function run(call) {
  try {
    return call();
  } catch (error) {
    throw trapped(error);
  }
}

// For vetters that nobody frees. Not every platform has it, and none promises to call it; a vetter is a few hundred bytes.
const collected =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry((held) => held.generation === generation && wasm.release(held.handle))
    : undefined;

/** Schemas by event type, each as JSON or as text of it. */
function schemas(byType) {
  if (Array.isArray(byType)) throw wrong('schemas', 'an object with a schema for each event type');
  return Object.entries(byType).flatMap(([type, schema]) => {
    const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
    if (text === undefined) throw wrong('schemas', 'an object with a schema for each event type');
    return [
      ['schema', type],
      ['schemaText', text],
    ];
  });
}

function types(list) {
  const isList = Array.isArray(list) && list.every((type) => typeof type === 'string');
  if (!isList) throw wrong('only', 'a list of event types');
  return list.length === 0 ? [['onlyNone', '']] : list.map((type) => ['only', type]);
}

function secrets(list) {
  if (!Array.isArray(list)) throw wrong('secrets', 'a list');
  return list.map((entry) => {
    const { secret, label, expires } = typeof entry === 'string' ? { secret: entry } : (entry ?? {});
    if (typeof secret !== 'string') throw wrong('secrets', 'a list of strings or of objects with a secret');
    if (label !== undefined && typeof label !== 'string') throw wrong('secrets', 'a list in which a label is a string');
    if (expires === undefined) return { secret, label };
    if (typeof expires !== 'number' || Number.isNaN(expires))
      throw wrong('secrets', 'a list in which expires is a number of seconds');
    // Whole seconds are compared. What is larger than every number of them never comes.
    return { secret, label, expires: Math.max(0, Math.ceil(expires)) };
  });
}
