// The Durable Object: deliveries in SQLite, each of them once, for some days.

import { DurableObject } from 'cloudflare:workers';
import type { DeliveryRecord } from './place.js';
import type { Env } from './settings.js';

/** How long a delivery is kept, and so how long a repeated one is known. Senders repeat for days. */
const HORIZON = 7 * 24 * 60 * 60 * 1000;

/** The shortest time between two clearings. */
const PAUSE = 60 * 60 * 1000;

/** How many deliveries one answer lists at the most. */
const PAGE = 100;

// What is not accepted is no duplicate of what is: a delivery that was set aside may come again once the settings take it. A key that
// is null is no duplicate of any other.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS deliveries (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at   INTEGER NOT NULL,
    vendor        TEXT    NOT NULL,
    decision      TEXT    NOT NULL,
    key           TEXT,
    type          TEXT,
    headers       TEXT    NOT NULL,
    body          BLOB    NOT NULL,
    digest        TEXT    NOT NULL,
    verdict       TEXT    NOT NULL,
    redeliveries  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (vendor, decision, key, digest)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_by_age ON deliveries (received_at);
`;

const IS_OF_BEFORE = `SELECT 1 FROM pragma_table_info('deliveries') WHERE name = 'body_sha256'`;

// Keys could not be null before. Numbers go on where they were. A digest of before covers the body alone, so what comes again after
// the change is kept once more.
const SET_APART = `
  ALTER TABLE deliveries RENAME TO deliveries_of_before;
  DROP INDEX deliveries_by_age;
`;
const TAKE_OVER = `
  INSERT INTO deliveries
  SELECT seq, received_at, vendor, decision, nullif(key, ''), type, headers, body, body_sha256, verdict, redeliveries
  FROM deliveries_of_before;
  INSERT OR IGNORE INTO deliveries (seq, received_at, vendor, decision, headers, body, digest, verdict)
  SELECT seq, 0, 'none', '', '', x'', '', '' FROM sqlite_sequence WHERE name = 'deliveries_of_before';
  DELETE FROM deliveries WHERE vendor = 'none';
  DROP TABLE deliveries_of_before;
`;

const INSERT = `
  INSERT INTO deliveries (received_at, vendor, decision, key, type, headers, body, digest, verdict)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (vendor, decision, key, digest) DO UPDATE SET redeliveries = redeliveries + 1
`;

const LIST = `
  SELECT seq, received_at AS receivedAt, vendor, decision, key, type, headers, body, verdict, redeliveries
  FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?
`;

/** A delivery that was kept. */
export type StoredDelivery = {
  /** Grows from delivery to delivery, and is never given twice. */
  seq: number;
  /** Milliseconds since the Unix epoch. */
  receivedAt: number;
  vendor: string;
  decision: string;
  /** Null where no event could be made out, and for a batch. */
  key: string | null;
  type: string | null;
  /** A JSON list of `[name, value]`. */
  headers: string;
  body: ArrayBuffer;
  verdict: string;
  /** How often the same delivery came again. */
  redeliveries: number;
};

/** Deliveries of one vendor. Only Workers with a binding can ask it. */
export class Deliveries extends DurableObject<Env> {
  private readonly sql: SqlStorage;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.sql = context.storage.sql;
    const isOfBefore = this.sql.exec(IS_OF_BEFORE).toArray().length > 0;
    // All of it or nothing, since nothing is waited for in between.
    this.sql.exec((isOfBefore ? SET_APART : '') + SCHEMA + (isOfBefore ? TAKE_OVER : ''));
  }

  /** Keeps a delivery, or counts it where it is there already. It is on the disk before the caller hears of it. */
  async keep({ vendor, decision, key, type, headers, body, digest, verdict }: DeliveryRecord): Promise<void> {
    const now = Date.now();
    this.sql.exec(INSERT, now, vendor, decision, key, type, JSON.stringify(headers), body, digest, verdict);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now + HORIZON);
  }

  /** What was kept behind `after`, at most 100 deliveries at a time. */
  list({ after = 0, limit = PAGE }: { after?: number; limit?: number } = {}): StoredDelivery[] {
    return this.sql.exec<StoredDelivery>(LIST, after, Math.min(Math.max(limit, 1), PAGE)).toArray();
  }

  /** Deletes what is older than the horizon. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    this.sql.exec('DELETE FROM deliveries WHERE received_at <= ?', now - HORIZON);
    const { oldest } = this.sql
      .exec<{ oldest: number | null }>('SELECT min(received_at) AS oldest FROM deliveries')
      .one();
    if (oldest !== null) await this.ctx.storage.setAlarm(Math.max(oldest + HORIZON, now + PAUSE));
  }
}
