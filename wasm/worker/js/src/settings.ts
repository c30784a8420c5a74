// What the variables and secrets of the Worker say.

import { type Level, type Policy, type Vendor, Vetter, type VetterOptions } from 'hookvet';
import type { Message } from './place.js';
import type { Deliveries } from './store.js';

/** The variables, secrets and bindings; wrangler.toml says what each is for. */
export interface Env {
  /** Where accepted deliveries go: `store`, `queue` or `origin`. Default: `store`. */
  DELIVER_TO?: string;
  /** The address that deliveries are handed on to; their path and query go behind it. */
  ORIGIN?: string;
  /** Where refused deliveries are set aside: `store` or `queue`. Default: nowhere, they are answered with their refusal. */
  QUARANTINE_TO?: string;
  /** What refuses. Default: `standard`. */
  POLICY?: string;
  /** Single rules raised, lowered or switched off: `AMLYZE-D10=error SCHEMA-enum=warning`. */
  RULES?: string;
  /** Secret. One or several `whsec_…`. */
  DATASPIKE_SECRET?: string;
  /** `true` takes Dataspike deliveries without looking at a signature. */
  ALLOW_UNSIGNED?: string;
  /** `true` where batches were asked for. */
  SOLICIT_BATCHES?: string;
  /** The largest body that is taken, in bytes. */
  MAX_BODY?: string;
  STORE?: DurableObjectNamespace<Deliveries>;
  QUEUE?: Queue<Message>;
}

/** Where deliveries are kept. */
export type Place = 'store' | 'queue';

export interface Settings {
  /** By path. */
  vetters: ReadonlyMap<string, Vetter>;
  /** Where accepted deliveries go; without it, to the origin. */
  place: Place | undefined;
  /** An address without a slash at its end. */
  origin: string;
  quarantine: Place | undefined;
  /** Whether signatures are looked at. */
  canProve: (vendor: Vendor) => boolean;
}

/** The largest body that fits into a message of a queue (128 KB) in base64, with its headers and its verdict. */
const QUEUE_MAX_BODY = 64 * 1024;

const VENDORS: readonly Vendor[] = ['amlyze', 'dataspike', 'cloudevents'];

const wrong = (name: string, what: string): TypeError => new TypeError(`the variable ${name} must be ${what}`);

/** The words of a list; commas part them too. */
const words = (list: string | undefined): string[] => (list ?? '').split(/[\s,]+/).filter((word) => word !== '');

function isSet(name: string, value: string | undefined): boolean {
  if (value === undefined || value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw wrong(name, '"true" or "false"');
}

/** The place; a Worker without its binding must take nothing instead of everything in vain. */
function place(env: Env, name: string, value: string): Place {
  if (value !== 'store' && value !== 'queue')
    throw wrong(name, `"store"${name === 'DELIVER_TO' ? ', "queue" or "origin"' : ' or "queue"'}`);
  const binding = value === 'store' ? 'STORE' : 'QUEUE';
  if (env[binding] === undefined) throw new TypeError(`there is no binding ${binding}`);
  return value;
}

/** @throws TypeError where a setting is wrong. No message quotes a secret. */
export function readSettings(env: Env): Settings {
  const deliverTo = env.DELIVER_TO || 'store';
  const kept = deliverTo === 'origin' ? undefined : place(env, 'DELIVER_TO', deliverTo);
  if (kept === undefined && !env.ORIGIN) throw wrong('ORIGIN', 'the address of the origin');
  const quarantine = env.QUARANTINE_TO ? place(env, 'QUARANTINE_TO', env.QUARANTINE_TO) : undefined;
  const secrets = words(env.DATASPIKE_SECRET);
  const allowUnsigned = isSet('ALLOW_UNSIGNED', env.ALLOW_UNSIGNED);
  const common: VetterOptions = {
    // What they must be is looked at where the vetter is made.
    policy: (env.POLICY || undefined) as Policy | undefined,
    rules: Object.fromEntries(words(env.RULES).map((setting) => setting.split('=', 2) as [string, Level])),
    allowUnsigned,
    solicitBatches: isSet('SOLICIT_BATCHES', env.SOLICIT_BATCHES),
    maxBody: env.MAX_BODY
      ? Number(env.MAX_BODY)
      : kept === 'queue' || quarantine === 'queue'
        ? QUEUE_MAX_BODY
        : undefined,
  };
  const vetters = new Map<string, Vetter>();
  for (const vendor of VENDORS) {
    const isSigned = vendor === 'dataspike';
    if (isSigned && secrets.length === 0 && !allowUnsigned) {
      // Said aloud, because the other routes work and this one would be missed in silence.
      console.warn('hookvet: no route /dataspike: set the secret DATASPIKE_SECRET');
      continue;
    }
    vetters.set(`/${vendor}`, new Vetter(vendor, isSigned ? { ...common, secrets } : common));
  }
  return {
    vetters,
    place: kept,
    origin: (env.ORIGIN ?? '').replace(/\/+$/, ''),
    quarantine,
    canProve: (vendor) => vendor === 'dataspike' && secrets.length > 0,
  };
}
