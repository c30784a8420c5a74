// How long the runtime takes from its start until a Worker answers at all, and from there to its first verdict, less what an empty
// Worker takes: by the clock, and in time on a processor, which counts where the machine has other things to do.
//
//   node cold-start.mjs [ROUNDS]

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import runtimePackage from 'workerd';
import { bundle, compatibilityDate, names } from './bundle.mjs';

// A CommonJS module that says it is none.
const workerd = runtimePackage.default;
const rounds = Number(process.argv[2] ?? 21);
const empty = [
  {
    path: 'worker.js',
    contents: 'export default { fetch: ({ method }) => new Response(null, { status: method === "GET" ? 204 : 422 }) };',
  },
];
const bindings = { DELIVER_TO: 'origin', ORIGIN: 'http://localhost' };

/** A delivery that takes the whole way to its refusal: headers, body, schema. */
const headers = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': 'customer',
  'ce-type': 'com.amlyze.customer.updated',
  'ce-subject': '42',
};
const body = '{"customerExternalID":"42","riskLevel":"SEVERE","updatedAt":"2026-03-10T12:53:45Z"}';

function config(modules) {
  const list = modules.map(
    ({ path }) => `(name = "${path}", ${path.endsWith('.wasm') ? 'wasm' : 'esModule'} = embed "${path}")`,
  );
  const values = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = "${text}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${list.join(', ')}],
  bindings = [${values.join(', ')}],
  compatibilityDate = "${compatibilityDate}",
);
`;
}

/** Milliseconds that all threads of a process have had a processor. */
function processorTime(pid) {
  const times = readdirSync(`/proc/${pid}/task`).map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return times.reduce((sum, time) => sum + time, 0) / 1e6;
}

const statusOf = (options, sent) =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', agent: false, ...options }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    asked.on('error', reject).end(sent);
  });

/** Milliseconds from the start of a runtime to the first answer, and to the first verdict. */
async function start(folder) {
  const begin = process.hrtime.bigint();
  const runtime = spawn(workerd, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  try {
    const port = await new Promise((resolve, reject) => {
      let said = '';
      runtime.once('exit', (code) => reject(new Error(`the runtime ended: ${code}`)));
      runtime.stdio[3].on('data', (data) => {
        said += data;
        const found = /"event":"listen".*"port":(\d+)/.exec(said);
        if (found) resolve(Number(found[1]));
      });
    });
    const now = () => ({ clock: Number(process.hrtime.bigint() - begin) / 1e6, processor: processorTime(runtime.pid) });
    const health = await statusOf({ port, method: 'GET', path: '/health' });
    const up = now();
    const status = await statusOf({ port, method: 'POST', path: '/amlyze', headers }, body);
    if (health !== 204 || status !== 422) throw new Error(`expected 204 and 422, got ${health} and ${status}`);
    return { up, verdict: now() };
  } finally {
    runtime.removeAllListeners('exit');
    const ended = new Promise((resolve) => runtime.once('exit', resolve));
    runtime.kill();
    await ended;
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const root = mkdtempSync(join(tmpdir(), 'hookvet-cold-start-'));
try {
  const workers = {
    empty,
    ...Object.fromEntries(await Promise.all(names.map(async (name) => [name, await bundle(name)]))),
  };
  const folders = Object.entries(workers).map(([name, modules]) => {
    const folder = mkdtempSync(join(root, `${name}-`));
    for (const { path, contents } of modules) writeFileSync(join(folder, path), contents);
    writeFileSync(join(folder, 'config.capnp'), config(modules));
    return { name, folder, modules, times: [] };
  });
  // Rounds, so that a change in what else the machine does meets all of them; the first one fills the caches.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { folder, times } of folders) {
      const time = await start(folder);
      if (round > 0) times.push(time);
    }
  }
  console.log(`Medians of ${rounds} starts, ms; in brackets above the empty Worker.\n`);
  console.log(
    '| Worker | bytes | first answer | on a processor | first verdict | on a processor |\n|---|---|---|---|---|---|',
  );
  const figure = ({ times }, moment, kind) => median(times.map((time) => time[moment][kind]));
  for (const worker of folders) {
    const bytes = worker.modules.reduce((sum, { contents }) => sum + contents.length, 0);
    const cells = ['up', 'verdict'].flatMap((moment) =>
      ['clock', 'processor'].map((kind) => {
        const [own, base] = [figure(worker, moment, kind), figure(folders[0], moment, kind)];
        return `${own.toFixed(1)} (${(own - base).toFixed(1)})`;
      }),
    );
    console.log(`| ${worker.name} | ${bytes} | ${cells.join(' | ')} |`);
  }
} finally {
  rmSync(root, { recursive: true });
}
