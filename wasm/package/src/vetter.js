// The vetter: settings in, deliveries judged in one step or in two.

import { content, fields } from './input.js';
import { HookvetError } from './instance.js';
import { Settings } from './settings.js';
import { Call, INCOMPLETE, OPEN, PENDING, TOO_LARGE, Verdict, WHOLE } from './verdict.js';

const WRONG_METHOD = 'a delivery does not come with this method; the Allow header of the answer lists those that do';

const NOTHING = { names: [], values: [] };

/** A delivery whose headers were judged and whose body is still to come. */
class Pending {
  static name = 'Pending';

  rejected;
  #close;

  constructor(rejected, close) {
    this.rejected = rejected;
    this.#close = close;
  }

  close(body) {
    return this.rejected ?? this.#close(WHOLE, content(body));
  }

  closeTooLarge() {
    return this.rejected ?? this.#close(TOO_LARGE);
  }

  closeIncomplete() {
    return this.rejected ?? this.#close(INCOMPLETE);
  }
}

export class Vetter {
  static name = 'Vetter';

  #settings;

  constructor(vendor, options) {
    this.#settings = new Settings(vendor, options);
  }

  #use() {
    const settings = this.#settings;
    if (settings.isFreed) throw new HookvetError('freed', 'the vetter was freed');
    return settings;
  }

  get maxBody() {
    return this.#settings.maxBody;
  }

  vet(headers, body) {
    const settings = this.#use();
    return new Verdict(new Call(settings, fields(headers), settings.now(), WHOLE, content(body)));
  }

  open(headers) {
    const settings = this.#use();
    const [given, now] = [fields(headers), settings.now()];
    const call = new Call(settings, given, now, OPEN);
    // The headers are few, and judging them again costs less than keeping what was found out until somebody closes.
    const close = (end, body) => new Verdict(new Call(this.#use(), given, now, end, body));
    return new Pending(call.code === PENDING ? undefined : new Verdict(call), close);
  }

  refuse(rule, message = '') {
    if (typeof rule !== 'string' || typeof message !== 'string')
      throw new TypeError('rule and message must be strings');
    const call = new Call(this.#use(), { ...NOTHING, rule, message }, 0, WHOLE);
    if (call.code === 0) throw new HookvetError('rule', 'a rule that there is not; rules() lists them');
    return new Verdict(call);
  }

  async vetRequest(request) {
    const settings = this.#use();
    if (typeof request?.method !== 'string' || typeof request.headers?.get !== 'function') {
      throw new TypeError('vetRequest takes a Request');
    }
    if (request.bodyUsed)
      throw new TypeError("the request's body was read before; vet the request first, or a clone of it");
    const refused = async (verdict) => {
      // Nobody waits for what is left of it.
      await request.body?.cancel().catch(() => {});
      return { verdict, body: new Uint8Array(0) };
    };
    if (request.method !== 'POST') return refused(this.refuse('HTTP-method', WRONG_METHOD));
    const pending = this.open(request.headers);
    if (pending.rejected !== undefined) return refused(pending.rejected);
    if (Number(request.headers.get('content-length')) > settings.maxBody) return refused(pending.closeTooLarge());
    let body;
    try {
      body = await collect(request, settings.maxBody);
    } catch {
      return { verdict: pending.closeIncomplete(), body: new Uint8Array(0) };
    }
    if (body === undefined) return { verdict: pending.closeTooLarge(), body: new Uint8Array(0) };
    return { verdict: pending.close(body), body };
  }

  free() {
    this.#settings.isFreed = true;
    this.#settings.release();
  }
}

// Where there is no such symbol yet, there is no `using` that would look for it.
if (Symbol.dispose) Vetter.prototype[Symbol.dispose] = Vetter.prototype.free;

/** The body, or undefined where it is larger than `limit`. */
async function collect(request, limit) {
  if (!request.body) return new Uint8Array(await request.arrayBuffer());
  const reader = request.body.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(value);
  }
  if (chunks.length === 1) return chunks[0];
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}
