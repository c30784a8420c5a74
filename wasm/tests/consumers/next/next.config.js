import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Next 16 with webpack builds no edge route, whatever is in it.
const pageExtensions = process.env.TURBOPACK ? ['edge.js', 'js'] : ['jsx', 'js'];

export default { turbopack: { root }, outputFileTracingRoot: root, distDir: process.env.NEXT_DIST, pageExtensions };
