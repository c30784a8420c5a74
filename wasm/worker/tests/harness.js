// Stands around a Worker in the runtime, so that the tests can set the clock, change settings and look into the store.
//
// A request that has a parameter `test` brings a clock and settings of its own; all others go to the Worker untouched.

import worker, { Deliveries as Own } from 'worker-under-test';

const systemTime = Date.now.bind(Date);
let time;
Date.now = () => time ?? systemTime();

/** What the queue has handed over. */
const messages = [];

export class Deliveries extends Own {
  constructor(state, env) {
    super(state, env);
    this.held = state;
  }

  async fetch(request) {
    const url = new URL(request.url);
    const { storage } = this.held;
    switch (url.hostname === 'test' ? url.pathname : '') {
      case '/rows':
        return Response.json(await this.rows(Object.fromEntries(url.searchParams)));
      case '/clear':
        storage.sql.exec('DELETE FROM deliveries');
        await storage.deleteAlarm();
        return new Response(null, { status: 204 });
      case '/due':
        return Response.json(await storage.getAlarm());
      case '/alarm':
        await super.alarm();
        return Response.json(await storage.getAlarm());
      default:
        return super.fetch(request);
    }
  }

  /** The runtime's own clock is another one than the tests', so what it rings for is left. */
  async alarm() {}

  /** As the Worker itself lists them: by a method, or by a request. */
  async rows({ after, limit }) {
    if (super.list === undefined) {
      const query = new URLSearchParams({ ...(after && { after }), ...(limit && { limit }) });
      return (await super.fetch(new Request(`https://store/?${query}`))).json();
    }
    const rows = super.list({ ...(after && { after: Number(after) }), ...(limit && { limit: Number(limit) }) });
    return rows.map(({ body, ...row }) => ({ ...row, bodyBase64: btoa(String.fromCharCode(...new Uint8Array(body))) }));
  }
}

/** A store whose table is gone. */
export class Broken extends Own {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec('DROP TABLE deliveries');
  }
}

/** A store whose table and rows are of before keys could be null. */
export class OfBefore extends Deliveries {
  constructor(state, env) {
    const { sql } = state.storage;
    if (sql.exec("SELECT 1 FROM sqlite_schema WHERE name = 'deliveries'").toArray().length === 0) sql.exec(OF_BEFORE);
    super(state, env);
  }
}

const OF_BEFORE = `
  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, received_at INTEGER NOT NULL, vendor TEXT NOT NULL, decision TEXT NOT NULL, key TEXT NOT NULL,
    type TEXT, headers TEXT NOT NULL, body BLOB NOT NULL, body_sha256 TEXT NOT NULL, verdict TEXT NOT NULL,
    redeliveries INTEGER NOT NULL DEFAULT 0, UNIQUE (vendor, decision, key, body_sha256)
  ) STRICT;
  CREATE INDEX deliveries_by_age ON deliveries (received_at);
  INSERT INTO deliveries VALUES
    (3, 1, 'amlyze', 'accept', 'customer 1', 't', '[]', x'7B7D', 'of-before', '{}', 5),
    (5, 1, 'amlyze', 'accept', '', NULL, '[]', x'7B7D', 'of-before', '{}', 0),
    (9, 1, 'amlyze', 'accept', 'gone', NULL, '[]', x'7B7D', 'of-before', '{}', 0);
  DELETE FROM deliveries WHERE seq = 9;
`;

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname.startsWith('/test/')) {
      const [, , what, vendor] = url.pathname.split('/');
      if (what === 'messages') return Response.json(messages);
      time = url.searchParams.has('time') ? Number(url.searchParams.get('time')) : time;
      const store = url.searchParams.has('ofBefore') ? env.OF_BEFORE : env.STORE;
      return store.getByName(vendor).fetch(`https://test/${what}${url.search}`);
    }
    const test = url.searchParams.get('test');
    if (test === null) return worker.fetch(request, env, context);
    const { now, settings, isStoreBroken, isStoreOfBefore } = JSON.parse(test);
    time = now === undefined ? undefined : now * 1000;
    url.searchParams.delete('test');
    const changed = { ...env, ...settings };
    if (isStoreBroken) changed.STORE = env.BROKEN;
    if (isStoreOfBefore) changed.STORE = env.OF_BEFORE;
    return worker.fetch(new Request(url, request), changed, context);
  },

  async queue(batch) {
    for (const message of batch.messages) messages.push(message.body);
  },
};
