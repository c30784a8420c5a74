// The WebAssembly instance: loading it, writing into its buffers, reading what it answers.
//
// Everything that crosses the boundary is a number. A view of the instance's memory ends when that memory grows, which any call
// can cause; its length is then zero, and the views are made anew before they are used.

/** What hookvet throws besides a TypeError; `code` is for programs. */
export class HookvetError extends Error {
  static name = 'HookvetError';

  constructor(code, message, options) {
    super(message, options);
    this.name = 'HookvetError';
    this.code = code;
  }
}

export const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The exports; undefined until there is an instance. */
export let wasm;
/** Which instance it is. Handles of another one mean nothing. */
export let generation = 0;

let module;
/** Gives the module or its bytes at once; undefined in browsers, which wait for `init`. */
let provided;
/** The size of each name and of its value. */
let lengths;
/** Names, and behind them values. */
let text;
/** Bodies, one behind another. */
let body;
/** Where in the instance they lie. */
let place;
/** The room behind those that are kept, and where it begins. */
let tail;
let tailAt;
/** The names that are written, how many of them count, and the room behind them. */
let names;
let count;
let values;

/** How many bytes of bodies the instance keeps. */
const ROOM = 65536;
/** Bodies that verdicts may ask for again; `bytes` once they had to leave the instance. */
let shelf = {};
/** Where the next body goes. What is in front of it lies on the shelf. */
export let used = 0;

/** What an object is, from whichever realm: a test environment has constructors of its own, so `instanceof` tells nothing. */
export const brand = (value) => Object.prototype.toString.call(value).slice(8, -1);

/** Says where the module comes from. Nothing is done before it is needed, so that an import costs nothing. */
export const provide = (source) => {
  provided = source;
};

/** Compiles where bytes are given, and makes an instance. */
export function initSync(source) {
  const given = source?.module ?? source;
  module = brand(given) === 'WebAssembly.Module' ? given : new WebAssembly.Module(given);
  start();
}

function start() {
  clear();
  wasm = new WebAssembly.Instance(module, IMPORTS).exports;
  generation += 1;
  wasm.__wbindgen_start?.();
  names = undefined;
  body = [];
  lengths = words(64);
  text = view(wasm.reserve_text(4096), 4096);
  reserve(0);
}

// None of the exports takes or gives anything but numbers, so there is nothing to import; the tool that makes the module asks
// for a place for JavaScript values all the same.
const IMPORTS = {
  './hookvet_bg.js': {
    __wbindgen_init_externref_table() {},
  },
};

const view = (at, size) => new Uint8Array(wasm.memory.buffer, at, size);
const words = (count) => {
  // First the room: making it can end the buffer that there was.
  const at = wasm.reserve_lengths(count) >>> 0;
  return new Uint32Array(wasm.memory.buffer, at, count);
};

export const isReady = () => wasm !== undefined;

export function ready() {
  if (wasm !== undefined) return;
  if (provided === undefined) throw new HookvetError('not-ready', 'call `await init()` first');
  initSync({ module: provided() });
}

/** What was thrown inside WebAssembly: the instance may be in any state, so there is a new one for the next call. */
export function trapped(cause) {
  start();
  return new HookvetError('trap', 'the WebAssembly instance failed and was replaced; this delivery has no verdict', {
    cause,
  });
}

/** Writes names and values, in which each character is an octet: their sizes, and all of them as one text. */
export function writeFields(given) {
  const list = given.values;
  if (lengths.length < 2 * list.length) lengths = words(Math.max(4 * list.length, 64));
  let all = '';
  for (let i = 0; i < list.length; i += 1) {
    const value = list[i];
    lengths[2 * i + 1] = value.length;
    all += value;
  }
  if (given.names !== names || count !== list.length || values.length <= all.length) writeNames(given, all.length);
  write(all, values);
}

function writeNames(given, more) {
  names = undefined;
  count = given.values.length;
  let all = '';
  for (let i = 0; i < count; i += 1) {
    const name = given.names[i];
    lengths[2 * i] = name.length;
    all += name;
  }
  const size = all.length + more;
  if (text.length <= size) text = grown('reserve_text', text, size + 1);
  write(all, text);
  values = text.subarray(all.length);
  names = given.names;
}

function write(all, at) {
  const size = all.length;
  const { read, written } = encoder.encodeInto(all, at);
  if (read === size && written === size) return;
  for (let i = 0; i < size; i += 1) {
    const octet = all.charCodeAt(i);
    if (octet > 255) throw new TypeError('a header has a character above U+00FF; each character stands for one octet');
    at[i] = octet;
  }
}

/** Makes room for a body, which goes where `used` says. */
function reserve(size) {
  if (used + size > ROOM) clear();
  if (body.length >= used + size && body.length > 0) return;
  const most = Math.max(used + size, 2 * body.length, 16384);
  place = wasm.reserve_body(most) >>> 0;
  body = view(place, most);
  tailAt = -1;
}

/** Writes bytes as the body. */
export function writeBytes(bytes) {
  reserve(bytes.length);
  body.set(bytes, used);
}

/** Writes a string as the body, in UTF-8, and says how many bytes it has. */
export function writeString(value) {
  reserve(value.length * 3);
  if (tailAt !== used) {
    tail = body.subarray(used);
    tailAt = used;
  }
  return encoder.encodeInto(value, tail).written;
}

/** Keeps the body that was written last, of so many bytes, and gives what holds it, at the place where it was written. */
export function keep(size) {
  used += size;
  return shelf;
}

/** Moves the bodies out of the instance. They move together, since each piece of memory has its own cost. */
function clear() {
  if (used > 0) shelf.bytes = view(place, used).slice();
  shelf = {};
  used = 0;
}

/** A view that is long enough: the old one ended or is too short. */
function grown(reserve, old, least) {
  const size = Math.max(least, 2 * old.length, 4096);
  return view(wasm[reserve](size) >>> 0, size);
}

/** The output as bytes of their own. */
export const outputBytes = (size) => view(wasm.output() >>> 0, size).slice();

/** The output as text. */
export const outputText = (size) => decoder.decode(view(wasm.output() >>> 0, size));

/** The fault that the output holds where a call answered a negative number. */
export function fault(answer) {
  const [code, ...message] = outputText(~answer).split(' ');
  return new HookvetError(code, message.join(' '));
}
