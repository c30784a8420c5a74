// The verdict: a number at first, and everything else when it is read.

import {
  generation,
  keep,
  outputBytes,
  outputText,
  trapped,
  used,
  wasm,
  writeBytes,
  writeFields,
  writeString,
} from './instance.js';
import { run, writePairs } from './settings.js';

const JSON_FORM = 0;
const PROBLEM = 1;
const DATA = 2;
const HEADERS = 3;
const ACCEPTED = 1 << 16;
const HAS_FINDINGS = 1 << 17;

/** How the body ended; `OPEN` where it has not been asked for yet. */
export const WHOLE = 0;
export const TOO_LARGE = 1;
export const INCOMPLETE = 2;
export const OPEN = -1;

/** The code where the headers alone give no reason to refuse. */
export const PENDING = 1;

/** The call whose verdict the instance still holds, and which instance that is. */
let current;
let holder;

/** Says that what the instance holds is about to be overwritten. */
export const forget = () => {
  current = undefined;
};

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A delivery: what a verdict is made from, and made again from once other calls have overwritten it in the instance. */
export class Call {
  code = 0;
  #settings;
  #fields;
  #now;
  #end;
  /** A string, or what holds the bytes. */
  #body;
  #at = 0;
  #size = 0;

  /** `body` is a string or bytes, or nothing where `end` is not `WHOLE`; `fields` with `rule` refuse without judging. */
  constructor(settings, fields, now, end, body) {
    this.#settings = settings;
    this.#fields = fields;
    this.#now = now;
    this.#end = end;
    current = undefined;
    if (body !== undefined) {
      const size = body.length;
      if (size > settings.maxBody) this.#end = TOO_LARGE;
      else if (typeof body === 'string') this.#body = body;
      else {
        // Their owner may overwrite them before anybody reads the verdict, so they stay where they are written to.
        writeBytes(body);
        this.#at = used;
        this.#size = size;
        this.#body = keep(size);
      }
    }
    this.#judge();
  }

  #judge() {
    const settings = this.#settings;
    const fields = this.#fields;
    const body = this.#body;
    current = undefined;
    const handle = settings.handle();
    let at = this.#at;
    let size = this.#size;
    if (typeof body === 'string') {
      size = writeString(body);
      at = used;
    } else if (body?.bytes !== undefined) {
      writeBytes(body.bytes.subarray(at, at + size));
      at = used;
    }
    const { rule } = fields;
    if (rule === undefined) writeFields(fields);
    else writePairs([[rule, fields.message]]);
    const count = 2 * fields.values.length;
    const now = this.#now;
    const end = this.#end;
    try {
      if (rule !== undefined) this.code = wasm.refuse(handle, 2);
      else this.code = end === OPEN ? wasm.open(handle, count, now) : wasm.vet(handle, count, at, size, now, end);
    } catch (error) {
      throw trapped(error);
    }
    if (this.code > PENDING) {
      current = this;
      holder = generation;
    }
    if (settings.isFreed) settings.release();
  }

  /** A part of the verdict, as text or bytes; undefined where there is no such part. */
  take(part, item, read) {
    if (current !== this || holder !== generation) this.#judge();
    const size = run(() => wasm.take(part, item));
    return size < 0 ? undefined : read(size);
  }
}

/** What hookvet says about a delivery, or about one event of a batch. */
export class Verdict {
  static name = 'Verdict';

  #call;
  #item;
  #text;
  #json;
  #data;

  constructor(call, item = -1, json = undefined) {
    this.#call = call;
    this.#item = item;
    this.#json = json;
  }

  get accepted() {
    return this.#item < 0 ? (this.#call.code & ACCEPTED) !== 0 : this.#json.decision === 'accept';
  }

  get decision() {
    return this.accepted ? 'accept' : 'reject';
  }

  get status() {
    return this.#item < 0 ? this.#call.code & 0xffff : this.#json.status;
  }

  get vendor() {
    return this.#read().vendor;
  }

  get mode() {
    return this.#read().mode;
  }

  get event() {
    return this.#read().event ?? undefined;
  }

  get batch() {
    return this.#read().batch?.map((json, item) => new Verdict(this.#call, item, json));
  }

  get schema() {
    return this.#read().schema ?? undefined;
  }

  get type() {
    return this.schema?.replace(/^urn:hookvet:\w+:(.*):\d+$/, '$1');
  }

  get authenticity() {
    return this.#read().authenticity;
  }

  get findings() {
    return this.#item < 0 && (this.#call.code & HAS_FINDINGS) === 0 ? [] : this.#read().findings;
  }

  get data() {
    this.#data ??= [this.#parse()];
    return this.#data[0];
  }

  get dataBytes() {
    return this.#call.take(DATA, this.#item, outputBytes);
  }

  #parse() {
    const bytes = this.dataBytes;
    const type = this.event?.attributes.datacontenttype;
    if (bytes === undefined || !(type === undefined || /[/+]json *(;|$)/i.test(type))) return undefined;
    try {
      return JSON.parse(decoder.decode(bytes));
    } catch {
      return undefined;
    }
  }

  #read() {
    this.#json ??= JSON.parse(this.text());
    return this.#json;
  }

  text() {
    this.#text ??= this.#call.take(JSON_FORM, this.#item, outputText);
    return this.#text;
  }

  toJSON() {
    return structuredClone(this.#read());
  }

  problem() {
    return this.#call.take(PROBLEM, this.#item, outputText);
  }

  response(init) {
    const { status } = this;
    const headers = new Headers(init?.headers);
    if (this.accepted) return new Response(null, { ...init, status, headers });
    for (const line of this.#call.take(HEADERS, this.#item, outputText).split('\n')) {
      const [name, value] = line.split(': ');
      headers.set(name, value);
    }
    return new Response(this.problem(), { ...init, status, headers });
  }
}
