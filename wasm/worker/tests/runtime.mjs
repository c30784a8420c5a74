// A Worker in the real runtime, and requests to it octet for octet.

import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Miniflare } from 'miniflare';
import { bundle, compatibilityDate } from '../tools/bundle.mjs';

/** How long an answer may take. */
const PATIENCE = 20_000;

/** Starts a Worker inside the harness, or the Worker as it is deployed. */
export async function start(name, { isBare = false } = {}) {
  const modules = await bundle(name, isBare ? undefined : new URL('harness.js', import.meta.url));
  const output = [];
  const gather = (stream) => stream.on('data', (data) => output.push(data));
  const before = new Set(children());
  const objects = { STORE: { className: 'Deliveries', useSQLite: true } };
  const miniflare = new Miniflare({
    compatibilityDate,
    modules: modules.map(({ path, contents }) => ({
      type: path.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
      path,
      contents,
    })),
    durableObjects: isBare
      ? objects
      : {
          ...objects,
          BROKEN: { className: 'Broken', useSQLite: true },
          OF_BEFORE: { className: 'OfBefore', useSQLite: true },
        },
    queueProducers: { QUEUE: 'deliveries' },
    queueConsumers: isBare ? [] : { deliveries: { maxBatchSize: 1, maxBatchTimeout: 0 } },
    bindings: { DATASPIKE_SECRET: SECRET },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    handleRuntimeStdio: (out, error) => [out, error].forEach(gather),
  });
  await miniflare.ready;
  // Straight to the Worker: what stands in front of it otherwise joins and adds headers.
  const address = await miniflare.unsafeGetDirectURL();
  const agent = new Agent({ keepAlive: true });
  const process = children().find(
    (pid) => !before.has(pid) && /workerd/.test(readFileSync(`/proc/${pid}/comm`, 'utf8')),
  );
  return {
    address,
    agent,
    /** The number of the runtime's process. */
    process,
    output: () => Buffer.concat(output).toString(),
    send: (delivery) => send(address, agent, delivery),
    /** Asks the harness about the store of a vendor. */
    store: async (what, vendor, query = {}) => {
      const path = `/test/${what}/${vendor}?${new URLSearchParams(query)}`;
      const { status, body } = await send(address, agent, { method: 'GET', path });
      if (status === 204) return undefined;
      if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
      return JSON.parse(body);
    },
    stop: async () => {
      agent.destroy();
      await miniflare.dispose();
    },
  };
}

/** The secret that the Workers are started with. */
export const SECRET = 'whsec_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1';

/** The processes that this one has started. */
const children = () =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);

/** The memory that a process holds, in bytes. */
export const resident = (pid) =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

/** Sends a request; headers are `[name, value]` with a character for each octet, in their order and with repeated ones. */
export function send(address, agent, { method = 'POST', path = '/', test, headers = [], body = '' }) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  return new Promise((resolve, reject) => {
    const query = test === undefined ? '' : `?test=${encodeURIComponent(JSON.stringify(test))}`;
    const sent = request(
      {
        agent,
        method,
        host: address.hostname,
        port: address.port,
        path: path + query,
        timeout: PATIENCE,
        headers: [['host', 'localhost'], ['content-length', `${bytes.length}`], ...headers].flat(),
      },
      (answer) => answerOf(answer).then(resolve, reject),
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', (error) => {
      // The runtime closes a connection after a body that it has not read to its end.
      if (sent.reusedSocket && error.code === 'ECONNRESET')
        resolve(send(address, agent, { method, path, test, headers, body }));
      else reject(error);
    });
    sent.end(bytes);
  });
}

/** What does not belong to the answer, but to the connection that it comes over. */
const OF_CONNECTION = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

export async function answerOf(answer) {
  const chunks = [];
  for await (const chunk of answer) chunks.push(chunk);
  const headers = Object.entries(answer.headers).filter(([name]) => !OF_CONNECTION.includes(name));
  return { status: answer.statusCode, headers: headers.sort(), body: Buffer.concat(chunks).toString() };
}

const cases = new URL('../../../tests/cases/', import.meta.url);

/** The files of a folder of cases: their names without the ending, parsed. */
export const files = (folder) =>
  readdirSync(new URL(folder, cases))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.json'.length),
      text: readFileSync(new URL(folder + file, cases), 'utf8'),
    }))
    .map(({ name, text }) => ({ name, text, ...JSON.parse(text) }));

export const bodyOf = ({ body = '', body_base64: encoded }) =>
  encoded === undefined ? Buffer.from(body) : Buffer.from(encoded, 'base64');
