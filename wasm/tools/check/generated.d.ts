// What only the built package and page have, as the sources import it.

declare module '*/embedded.js' {
  // For `import` and for `require`.
  function embedded(): Uint8Array<ArrayBuffer>;
  export = embedded;
}

declare module '*/embedded-browser.js' {
  export default function embedded(): Response;
}

declare module '*/schemas.js' {
  const schemas: Record<string, object>;
  export default schemas;
}

declare module '*/examples.js' {
  const examples: Record<string, object[]>;
  export default examples;
}

declare module '*/rules.js' {
  const rules: object[];
  export default rules;
}

declare module '*/hookvet.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}

declare module 'virtual:hookvet-refused' {
  export default function refused(): Promise<Record<string, RefusedExample[]>>;

  interface RefusedExample {
    about: string;
    headers: [string, string][];
    body: unknown;
    findings: { rule: string }[];
  }
}

/** What Vite puts in place of a name: `VITE_HOOKVET_PAGE` is the address of a public page, where the build names one. */
interface ImportMeta {
  env: Record<string, string | undefined>;
}
