/**
 * hookvet vets compliance webhooks before a handler sees them: CloudEvents headers, signature and payload schema in one
 * verdict, the same as the Rust crate gives, byte for byte.
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" />

import type { EventData } from './events.js';

export type * from './events.js';
export type { EventData } from './events.js';

/** A class of the platform's where the program knows it, from `lib`, `@types/node` or elsewhere. */
type Platform<Name extends string> =
  typeof globalThis extends Record<Name, abstract new (...all: any) => infer One> ? One : never;
type Module = typeof globalThis extends { WebAssembly: { Module: abstract new (...all: any) => infer One } }
  ? One
  : never;
/** Bytes that no other thread can change, in the spelling of any release of TypeScript. */
type Bytes = ReturnType<Uint8Array['slice']>;

/** Who sends: AMLYZE (CloudEvents), Dataspike (signed JSON), or any other sender of CloudEvents, without payload schemas. */
export type Vendor = 'amlyze' | 'dataspike' | 'cloudevents' | 'standard-webhooks';

/** The type of an event that a schema is enforced for: all of them, or those of one vendor. */
export type EventType<V extends Vendor = Vendor> = V extends keyof EventData ? keyof EventData[V] & string : never;

/** What refuses: `strict` errors, drift and warnings; `standard` errors and drift; `tolerant` errors; `observe` nothing but a
 * failed signature and a broken limit. */
export type Policy = 'strict' | 'standard' | 'tolerant' | 'observe';

/** How grave a finding is. `error`: unreadable or against the standard; `drift`: against the vendor's documents; `warning`: a
 * form on which the sources disagree, something unknown, or advice. */
export type Severity = 'warning' | 'drift' | 'error';

/** What a rule can be set to. */
export type Level = 'off' | Severity;

/**
 * Prepares the package: a browser has to wait for it, elsewhere it is optional and compiles now what the first vetter would.
 *
 * @param source For browsers: where the module is, or the module itself, in place of the one that the package carries.
 * @throws HookvetError `fetch` where the server answers with something else.
 */
export function init(
  source?:
    | string
    | Platform<'URL'>
    | Platform<'Response'>
    | Promise<Platform<'Response'>>
    | ArrayBuffer
    | ArrayBufferView
    | Module,
): Promise<void>;

/**
 * Prepares the package from a module or its bytes, at once. A second call starts afresh with the new module.
 *
 * @throws WebAssembly.CompileError where the bytes are no module; no browser compiles large ones on its main thread.
 */
export function initSync(source: { module: Module | ArrayBuffer | ArrayBufferView }): void;

/** A signing secret, with a name for verdicts and the time at which it ends. */
export interface SecretOptions {
  /** `whsec_` and hexadecimal digits, as Dataspike shows it once. */
  secret: string;
  /** What to call it. */
  label?: string;
  /** From when on it counts no longer, in seconds since the Unix epoch; what it signs is then refused by `SIG-expired`. Default: never. */
  expires?: number;
}

/** Settings of a {@link Vetter}; every one has a default but the Dataspike secret. */
export interface VetterOptions {
  /** What refuses a delivery. Default: `standard`. */
  policy?: Policy | undefined;
  /** Single rules raised, lowered or switched off, by id. See {@link rules}. */
  rules?: Record<string, Level> | undefined;
  /** Secrets that a Dataspike signature may be made with; several during a change-over. */
  secrets?: readonly (string | SecretOptions)[] | undefined;
  /** Takes Dataspike deliveries without looking at a signature. Default: no. */
  allowUnsigned?: boolean | undefined;
  /** Age of a signature that still passes, in seconds, both ways. Default: 300. */
  tolerance?: number | undefined;
  /** Largest body that is taken, in bytes. Default: 256 KiB, for Dataspike 1 MiB. */
  maxBody?: number | undefined;
  /** Deepest nesting of JSON that is taken, at most 100. Default: 64. */
  maxDepth?: number | undefined;
  /** Most `ce-` headers that are taken. Default: 256. */
  maxAttributes?: number | undefined;
  /** Says that batches were asked for; otherwise they are refused with 415. Default: no. */
  solicitBatches?: boolean | undefined;
  /** The status of an acknowledgement, 200 to 299. Default: 204. */
  acceptedStatus?: number | undefined;
  /** Puts the offending values into findings. They are people's data: for a developer's desk, never for a server. Default: no. */
  reveal?: boolean | undefined;
  /**
   * JSON Schemas of your own by event type, as JSON or as text of it, for the vendors `cloudevents` and `standard-webhooks`. Other
   * types are refused then, unless {@link only} names them. A keyword outside the subset is a
   * `HookvetError` with the code `schema` that names its place.
   */
  schemas?: Readonly<Record<string, object | boolean | string>> | undefined;
  /** The event types that are taken; others break the rule `CE-type-unknown`. */
  only?: readonly string[] | undefined;
  /** Takes the documented event types alone, and those of {@link schemas}. */
  onlyKnownTypes?: boolean | undefined;
  /** Seconds since the Unix epoch, asked for where signatures are checked. Default: the platform's clock. */
  now?: (() => number) | undefined;
}

/**
 * Headers in the order in which they came, repeated ones kept. Each character of a value stands for one octet, as the Fetch API
 * and Node have it; a `Headers` object joins repeated headers with a comma.
 */
export type HeadersInput =
  | Platform<'Headers'>
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string | Uint8Array]>;

/** Bytes as they were received, or a string, which is judged as UTF-8. Bytes are better: a signature covers them. */
export type BodyInput = ArrayBufferView | ArrayBuffer | string;

/**
 * Judges deliveries of one vendor under one policy.
 *
 * @example
 * ```js
 * const vetter = new Vetter('amlyze');
 * const verdict = vetter.vet(request.headers, body);
 * if (!verdict.accepted) return verdict.response();
 * ```
 */
export class Vetter<V extends Vendor = Vendor> {
  /**
   * @throws HookvetError with a code: `vendor`, `policy`, `rule`, `level`, `secret`, `no-secret` (Dataspike without a secret and
   * without `allowUnsigned`), `status`, `not-ready` (a browser before {@link init}).
   * @throws TypeError where an option has another type, or there is none of its name.
   */
  constructor(vendor: V, options?: VetterOptions);

  /** The largest body that is taken, in bytes. */
  readonly maxBody: number;

  /**
   * Judges a whole delivery.
   *
   * A body that is larger than the limit is not copied. Bytes may be reused afterwards; the verdict does not look at them again.
   *
   * @throws TypeError where headers or body have another type, a string has a lone surrogate, or a buffer is detached.
   */
  vet(headers: HeadersInput, body: BodyInput): Verdict<V>;

  /** Judges the headers alone, so that a delivery can be refused before its body is read. */
  open(headers: HeadersInput): Pending<V>;

  /**
   * Judges a `Request`: its method, its headers, and its body, which is read no further than the limit goes. How long a body may
   * take is the platform's business. A request that is not a POST is refused with 405.
   *
   * @throws TypeError where the body was read before.
   */
  vetRequest(request: Platform<'Request'>): Promise<Vetted<V>>;

  /**
   * Refuses a delivery for a reason that only the caller can see, under every policy: a store that is down is
   * `STORE-unavailable`. The message must not quote the delivery; without one the rule's title stands there.
   */
  refuse(rule: string, message?: string): RefusedVerdict<V>;

  /** Gives its memory back. Verdicts that it gave can still be read. */
  free(): void;
  [Symbol.dispose](): void;
}

/** A delivery whose headers were judged and whose body is still to come. */
export interface Pending<V extends Vendor = Vendor> {
  /** Where the headers alone refuse the delivery, the verdict; then `close` gives nothing else. */
  readonly rejected: RefusedVerdict<V> | undefined;
  /** Judges the body, and with it the delivery. */
  close(body: BodyInput): Verdict<V>;
  /** Refuses it because its body is larger than {@link Vetter.maxBody}, without having all of it. */
  closeTooLarge(): RefusedVerdict<V>;
  /** Refuses it because its body did not arrive whole. */
  closeIncomplete(): RefusedVerdict<V>;
}

/** What {@link Vetter.vetRequest} gives. */
export interface Vetted<V extends Vendor = Vendor> {
  readonly verdict: Verdict<V>;
  /** The body as it was received; empty where it did not arrive whole. */
  readonly body: Bytes;
}

/** One thing that is wrong, or odd, about a delivery. */
export interface Finding {
  /** The stable id, as `CE-V5`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Whether this finding alone refuses the delivery under the policy in force. */
  readonly refuses: boolean;
  /** `header:NAME`, `body`, `body:` and a JSON Pointer, or `request`. */
  readonly where: string;
  /** For people; it never quotes a value. */
  readonly message: string;
  /** Where in the body, in bytes. */
  readonly offset?: number;
  /** What the schema asks for: types, the values of a closed list, a format. */
  readonly expected?: string;
  /** The required member that is missing. */
  readonly member?: string;
  /** The offending value, only with {@link VetterOptions.reveal}. */
  readonly value?: string;
}

/** The decoded attributes of an event. */
export interface EventContext {
  /** The identity for telling duplicates: source and id, joined by a blank. */
  readonly key: string;
  readonly id: string;
  /** As it was sent; {@link VerdictBase.type} is the catalogue's name. */
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  readonly time: string | null;
  /** Every further attribute, extensions included. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The JSON form of a verdict, the same from every surface of hookvet. */
export interface VerdictJson {
  /** The version of this form; the events of a batch have none of their own. */
  format?: 2;
  decision: 'accept' | 'reject';
  status: number;
  vendor: Vendor;
  mode: 'binary' | 'structured' | 'batched' | 'json';
  event?: EventContext | null;
  batch?: VerdictJson[];
  schema: string | null;
  authenticity: 'verified' | 'unproven' | 'failed' | 'not_configured';
  findings: Finding[];
}

/** What every verdict has. Whether it is accepted, and the status, are there at once; the rest is made when it is read. */
export interface VerdictBase<V extends Vendor = Vendor> {
  readonly decision: 'accept' | 'reject';
  /** The HTTP status that a receiver would answer. */
  readonly status: number;
  readonly vendor: V;
  readonly mode: 'binary' | 'structured' | 'batched' | 'json';
  /** Undefined where no event could be made out, and for a batch. */
  readonly event: EventContext | undefined;
  /** A verdict on each event of a batch; undefined where the delivery is none. */
  readonly batch: readonly Verdict<V>[] | undefined;
  /** The `$id` of the schema that was enforced. */
  readonly schema: string | undefined;
  /** Whether the sender is proven. AMLYZE documents no signature, so its deliveries are `unproven`. */
  readonly authenticity: 'verified' | 'unproven' | 'failed' | 'not_configured';
  readonly findings: readonly Finding[];
  /** The event's data as bytes. */
  readonly dataBytes: Bytes | undefined;
  /** The JSON form, as an object of its own. */
  toJSON(): VerdictJson;
  /** The JSON form, as the very text that the Rust crate gives. */
  text(): string;
  /** The problem document (RFC 9457) of a refusal. */
  problem(): string | undefined;
  /**
   * A `Response` with the status: empty where the delivery is accepted, and the problem document where it is refused. `Allow`
   * is set where the method was wrong; add `Retry-After` through `init.headers`.
   */
  response(init?: {
    headers?: Platform<'Headers'> | Record<string, string> | [string, string][];
    statusText?: string;
  }): Platform<'Response'>;
}

/** A delivery that is refused. Nothing is known of its data. */
export interface RefusedVerdict<V extends Vendor = Vendor> extends VerdictBase<V> {
  readonly accepted: false;
  readonly decision: 'reject';
  /** The catalogue's name of the event, where the catalogue knows it. */
  readonly type: EventType<V> | undefined;
  /** The event's data, parsed where it is JSON. */
  readonly data: unknown;
}

/** A delivery of an event that no schema is enforced for: an unknown type, another sender's event, or a batch. */
export interface UnknownVerdict<V extends Vendor = Vendor> extends VerdictBase<V> {
  readonly accepted: true;
  readonly decision: 'accept';
  readonly type: undefined;
  /** The event's data, parsed where it is JSON. */
  readonly data: unknown;
}

/** A delivery of one event of the catalogue. */
export interface KnownVerdict<V extends Vendor, T extends EventType<V>> extends VerdictBase<V> {
  readonly accepted: true;
  readonly decision: 'accept';
  readonly event: EventContext;
  /** The catalogue's name of the event, whichever documented spelling was sent. */
  readonly type: T;
  /**
   * The event's data: for AMLYZE the event's own, for Dataspike the envelope. It is what the schema says under `strict` and
   * `standard`, unless a rule was switched off; `tolerant` and `observe` let through what departs from it.
   */
  readonly data: V extends keyof EventData ? (T extends keyof EventData[V] ? EventData[V][T] : unknown) : unknown;
}

/**
 * What hookvet says about a delivery.
 *
 * @example
 * ```ts
 * if (verdict.accepted && verdict.type === 'com.amlyze.customer.updated') {
 *   console.log(verdict.data.riskLevel);
 * }
 * ```
 */
export type Verdict<V extends Vendor = Vendor> = RefusedVerdict<V> | AcceptedVerdict<V>;

/** A delivery that is accepted; `type` tells its data. */
export type AcceptedVerdict<V extends Vendor = Vendor> =
  | UnknownVerdict<V>
  | { [W in V]: { [T in EventType<W>]: KnownVerdict<W, T> }[EventType<W>] }[V];

/** The class behind {@link Verdict}, for `instanceof`. Only a vetter makes verdicts. */
export const Verdict: { readonly prototype: VerdictBase; [Symbol.hasInstance](value: unknown): value is Verdict };

/** One event type of the catalogue. */
export interface EventInfo {
  vendor: Vendor;
  /** The name on the wire. */
  type: EventType;
  /** A few words for lists. */
  title: string;
  /** When it is sent, in one sentence. */
  fires: string;
  /** What the event's source holds. */
  source: string;
  /** What the event's subject holds. */
  subject: string;
  /** How well the vendor's documents establish the event. */
  certainty: 'A' | 'B' | 'C' | 'D' | 'documented' | 'vendor_code' | 'name_only';
  /** How much of its payload is known. */
  payload: 'documented' | 'partial' | 'name_only';
  /** The `$id` of its schema. */
  schema: string;
  /** Whether the vendor's current list no longer offers it. */
  deprecated: boolean;
}

/** Every event type, AMLYZE first. */
export function events(): EventInfo[];

/**
 * The JSON Schema (2020-12) of an event; loaded when it is first asked for.
 *
 * @throws HookvetError `unknown-event`
 */
export function schema(type: EventType, vendor?: Vendor): Promise<Record<string, unknown>>;

/** A delivery to try things out with. */
export interface Example {
  vendor: Vendor;
  /** The event's type, a dot and a number. */
  name: string;
  type: EventType;
  /** Whether a source shows the body. */
  origin: 'documented' | 'synthetic';
  /** Where the body comes from. */
  source?: string;
  /** What is odd about it. */
  note?: string;
  headers: [string, string][];
  /** What is sent. Dataspike's need a signature besides, see {@link sign}. */
  body: string;
}

/**
 * The first example of an event; loaded when it is first asked for.
 *
 * @throws HookvetError `unknown-event`
 */
export function example(type: EventType, vendor?: Vendor): Promise<Example>;

/** Every example of an event. */
export function examples(type: EventType, vendor?: Vendor): Promise<Example[]>;

/** One rule that a delivery can break. */
export interface RuleInfo {
  /** The stable id, and its anchor on the page about all rules. */
  id: string;
  severity: Severity;
  /** The HTTP status of a refusal. */
  status: number;
  title: string;
  /** Why there is the rule. */
  why: string;
  /** Where it comes from. */
  source: string;
  /** What each policy does with it. */
  policies: Record<Policy, 'refuses' | 'reports' | 'is silent'>;
  anchor: string;
}

/** Every rule, as docs/rules.md lists them; loaded when it is first asked for. */
export function rules(): Promise<RuleInfo[]>;

/**
 * Signs a body as a vendor does: the headers to send with it. For tests and tools that play the vendor's side.
 *
 * @param options `timestamp` is in seconds since the Unix epoch. Default: now.
 * @throws HookvetError `secret`; `unsigned` for a vendor that documents no signature.
 */
export function sign(
  vendor: Vendor,
  options: { secret: string; timestamp?: number; body: BodyInput },
): Record<string, string>;

/** Everything that is thrown besides a `TypeError` for a wrong JavaScript type. */
export class HookvetError extends Error {
  /**
   * For programs: `not-ready`, `fetch`, `freed`, `vendor`, `policy`, `rule`, `level`, `secret`, `no-secret`, `status`, `settings`,
   * `unknown-event`, `unsigned`, `trap` (the WebAssembly instance failed and was replaced), `internal`.
   */
  readonly code: string;
}
