/** The module behind the package, as a bundler or Cloudflare's runtime imports it. Name it with `?url` where its address is wanted. */
declare const module: typeof globalThis extends { WebAssembly: { Module: abstract new (...all: any) => infer One } }
  ? One
  : never;
export default module;
