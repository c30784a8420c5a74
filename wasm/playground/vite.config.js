import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

/** The editor changes seldom, so it is a file of its own that browsers keep. Find is fetched when it is asked for. */
function chunkOf(id) {
  if (/@codemirror\/search|crelt/.test(id)) return undefined;
  return /node_modules\/(@codemirror|@lezer|style-mod|w3c-keyname|@marijn)/.test(id) ? 'editor' : undefined;
}

/** The package's refused examples by event, as one module that is fetched when somebody opens the examples. */
function refusedExamples() {
  const [name, data] = ['virtual:hookvet-refused', '\0hookvet-refused-data'];
  const read = (path) =>
    JSON.parse(readFileSync(fileURLToPath(import.meta.resolve(`hookvet/schemas/${path}`)), 'utf8'));
  return {
    name: 'hookvet-refused',
    resolveId: (id) => (id === name ? `\0${name}` : id === data ? data : undefined),
    load(id) {
      if (id === `\0${name}`) return `export default async () => (await import(${JSON.stringify(data)})).default;`;
      if (id !== data) return undefined;
      const all = {};
      for (const event of read('index.json').events) all[`${event.vendor}/${event.type}`] = event.refused.map(read);
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(all))});`;
    },
  };
}

/** Compressed copies beside the files, for a server that sends what is there. */
function compressed() {
  return {
    name: 'hookvet-compressed',
    apply: 'build',
    writeBundle({ dir }) {
      const walk = (folder) => {
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
          const path = join(folder, entry.name);
          if (entry.isDirectory()) walk(path);
          else if (/\.(js|css|html|svg|wasm|json)$/.test(entry.name))
            writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      };
      walk(dir);
    },
  };
}

export default defineConfig({
  // Relative, so that the page works under any path of any file host.
  base: './',
  build: {
    target: 'es2023',
    // The policy of the page allows no data: address and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rollupOptions: { output: { manualChunks: chunkOf } },
  },
  plugins: [refusedExamples(), compressed()],
});
