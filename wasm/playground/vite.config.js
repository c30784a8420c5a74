import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

/** One chunk for everything of an event, so that choosing an event is one request. */
function chunkOf(id) {
  const data = /schemas\/(?:examples\/)?(?:refused\/)?(amlyze|dataspike)\/(.+?)(?:\.[0-9]+|\.schema)\.json/.exec(id);
  if (data) return `event-${data[1]}-${data[2]}`;
  if (/@codemirror\/search|crelt/.test(id)) return undefined;
  return /node_modules\/(@codemirror|@lezer|style-mod|w3c-keyname|@marijn)/.test(id) ? "editor" : undefined;
}

/** Compressed copies beside the files, for a server that sends what is there. */
function compressed() {
  return {
    name: "hookvet-compressed",
    apply: "build",
    writeBundle({ dir }) {
      const walk = (folder) => {
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
          const path = join(folder, entry.name);
          if (entry.isDirectory()) walk(path);
          else if (/\.(js|css|html|svg|wasm|json)$/.test(entry.name)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      };
      walk(dir);
    },
  };
}

export default defineConfig({
  // Relative, so that the page works under any path of any file host.
  base: "./",
  build: {
    target: "es2023",
    // The policy of the page allows no data: address and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rollupOptions: { output: { manualChunks: chunkOf } },
  },
  plugins: [compressed()],
});
