// The package twice: as it is, and hollow, around a module that accepts everything at once.

/** The exports of the package's own instance, to call without the package around them. */
export let raw;

// (module (func (export "vet") (param i32 i32 i32 i32 f64 i32) (result i32) (i32.const 0x100cc)))
const ACCEPTS = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 11, 1, 0x60, 6, 0x7f, 0x7f, 0x7f, 0x7f, 0x7c, 0x7f, 1, 0x7f],
  ...[3, 2, 1, 0],
  ...[7, 7, 1, 3, 0x76, 0x65, 0x74, 0, 0],
  ...[10, 8, 1, 6, 0, 0x41, 0xcc, 0x81, 0x04, 0x0b],
);

const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, imports);
  raw = instance.exports;
  return instance;
};
// An instance is made when it is first needed, or now.
const own = await import('hookvet');
await own.init();
export const { Vetter } = own;

WebAssembly.Instance = function (module, imports) {
  const { exports } = new Instance(module, imports);
  const { vet } = new Instance(new WebAssembly.Module(ACCEPTS)).exports;
  return { exports: { ...exports, vet } };
};
// Another address is another module, with an instance of its own.
const other = await import(new URL('../package/dist/node.js?hollow', import.meta.url));
await other.init();
WebAssembly.Instance = Instance;

/** A vetter whose verdict costs nothing. */
export const hollow = new other.Vetter('amlyze');
