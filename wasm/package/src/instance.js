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

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The exports; undefined until there is an instance. */
export let wasm;
/** Which instance it is. Handles of another one mean nothing. */
export let generation = 0;

let module;
let lengths;
let text;
let body;

/** Compiles where bytes are given, and makes an instance. */
export function initSync(source) {
  const given = source?.module ?? source;
  module = given instanceof WebAssembly.Module ? given : new WebAssembly.Module(given);
  start();
}

function start() {
  wasm = new WebAssembly.Instance(module, IMPORTS).exports;
  generation += 1;
  wasm.__wbindgen_start?.();
  lengths = words(64);
  text = view(wasm.reserve_text(4096), 4096);
  body = view(wasm.reserve_body(16384), 16384);
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
  if (wasm === undefined) throw new HookvetError('not-ready', 'call `await init()` first');
}

/** What was thrown inside WebAssembly: the instance may be in any state, so there is a new one for the next call. */
export function trapped(cause) {
  start();
  return new HookvetError('trap', 'the WebAssembly instance failed and was replaced; this delivery has no verdict', { cause });
}

/** Writes pairs: the sizes of their names and values, and all of these as one text, in which each character is an octet. */
export function writeFields(sizes, value) {
  const count = sizes.length;
  if (lengths.length < count || lengths.length === 0) lengths = words(Math.max(count, 2 * lengths.length, 64));
  for (let i = 0; i < count; i += 1) lengths[i] = sizes[i];
  const size = value.length;
  if (text.length < size || text.length === 0) text = grown('reserve_text', text, size);
  const { read, written } = encoder.encodeInto(value, text);
  if (read === size && written === size) return;
  for (let i = 0; i < size; i += 1) {
    const octet = value.charCodeAt(i);
    if (octet > 255) throw new TypeError('a header has a character above U+00FF; each character stands for one octet');
    text[i] = octet;
  }
}

/** Writes bytes as the body. */
export function writeBytes(bytes) {
  if (body.length < bytes.length || body.length === 0) body = grown('reserve_body', body, bytes.length);
  body.set(bytes);
}

/** Writes a string as the body, in UTF-8, and says how many bytes it has. */
export function writeString(value) {
  const most = value.length * 3;
  if (body.length < most || body.length === 0) body = grown('reserve_body', body, most);
  return encoder.encodeInto(value, body).written;
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
