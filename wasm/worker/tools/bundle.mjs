// Bundles a Worker as `wrangler deploy` does: one module of JavaScript, and the WebAssembly beside it.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRIES = { js: '../js/src/index.ts', rust: '../rust/worker.js' };

/** The names of the two Workers. */
export const names = Object.keys(ENTRIES);

/** The runtime's behaviour as of this day; without one a Rust Worker never answers. The same as in both wrangler.toml. */
export const compatibilityDate = /^compatibility_date = "(.*)"$/m.exec(
  readFileSync(new URL('../js/wrangler.toml', import.meta.url), 'utf8'),
)[1];

/** The modules of a Worker, or of what `entry` names: `worker.js`, which comes first, and the others by their names. */
export async function bundle(name, entry = new URL(ENTRIES[name], import.meta.url)) {
  const outdir = mkdtempSync(join(tmpdir(), 'hookvet-worker-'));
  try {
    await build({
      entryPoints: { worker: fileURLToPath(entry) },
      outdir,
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      conditions: ['workerd'],
      external: ['cloudflare:workers'],
      loader: { '.wasm': 'copy' },
      assetNames: '[name]',
      alias: { 'worker-under-test': fileURLToPath(new URL(ENTRIES[name], import.meta.url)) },
      logLevel: 'warning',
    });
    const modules = readdirSync(outdir).map((file) => ({ path: file, contents: readFileSync(join(outdir, file)) }));
    return modules.sort((a, b) => Number(b.path === 'worker.js') - Number(a.path === 'worker.js'));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
