// One delivery, from the request to the answer.

import type { Verdict, Vetter } from 'hookvet';
import { log, report } from './log.js';
import { forward } from './origin.js';
import { keep, recordOf } from './place.js';
import type { Env, Settings } from './settings.js';

/** Seconds after which a sender may try again where its delivery could not be kept. */
const RETRY_AFTER = '5';

/** What was never a delivery, or is not whole: forbidden, another method, too slow, too large, too fast. */
const NOT_SET_ASIDE: readonly number[] = [403, 405, 408, 413, 429];

export class Receiver {
  constructor(
    private readonly env: Env,
    private readonly settings: Settings,
    private readonly vetter: Vetter,
  ) {}

  async answer(request: Request): Promise<Response> {
    const { verdict, body } = await this.vet(request);
    log(verdict);
    if (verdict.accepted) return this.deliver(request, verdict, body);
    if (body === undefined || !this.isSetAside(verdict)) return verdict.response();
    try {
      await keep(this.env, this.settings.quarantine!, await recordOf(verdict, request.headers, body));
    } catch (error) {
      return this.unavailable(error, 'the delivery could not be set aside; send it again');
    }
    // It has arrived, and nothing is said about what becomes of it.
    return new Response(null, { status: 202 });
  }

  /** The verdict, and the body where all of it is there. */
  private async vet(request: Request): Promise<{ verdict: Verdict; body: Uint8Array | undefined }> {
    const rejected =
      this.settings.quarantine && request.method === 'POST' ? this.vetter.open(request.headers).rejected : undefined;
    if (rejected !== undefined && this.isSetAside(rejected)) {
      // Refused by its headers, and its body is wanted all the same.
      return { verdict: rejected, body: await collect(request, this.vetter.maxBody) };
    }
    const { verdict, body } = await this.vetter.vetRequest(request);
    const isWhole = verdict.accepted || !verdict.findings.some(({ rule }) => rule === 'HTTP-incomplete');
    return { verdict, body: isWhole ? body : undefined };
  }

  /** Hands on an accepted delivery, and answers once that is done. */
  private async deliver(request: Request, verdict: Verdict, body: Uint8Array | undefined): Promise<Response> {
    const { place, origin } = this.settings;
    if (place === undefined) {
      try {
        return await forward(origin, request, body);
      } catch (error) {
        return this.unavailable(error, 'the delivery could not be handed on; send it again');
      }
    }
    try {
      await keep(this.env, place, await recordOf(verdict, request.headers, body ?? new Uint8Array(0)));
    } catch (error) {
      return this.unavailable(error, 'the delivery could not be stored; send it again');
    }
    // It is stored, or it will be.
    return new Response(null, { status: place === 'store' ? 204 : 202 });
  }

  /** Where signatures are looked at, only what they prove is kept, because anybody could fill the store otherwise. */
  private isSetAside(verdict: Verdict): boolean {
    const isProven = !this.settings.canProve(verdict.vendor) || verdict.authenticity === 'verified';
    return this.settings.quarantine !== undefined && isProven && !NOT_SET_ASIDE.includes(verdict.status);
  }

  private unavailable(error: unknown, message: string): Response {
    report(error);
    const refusal = this.vetter.refuse('STORE-unavailable', message);
    log(refusal);
    return refusal.response({ headers: { 'retry-after': RETRY_AFTER } });
  }
}

/** The body; undefined where it is larger than `limit`, or does not arrive whole. */
async function collect(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      // Leaving the loop cancels the stream.
      if (size > limit) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
