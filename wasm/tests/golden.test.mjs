// The golden verdicts, from WebAssembly: the same JSON as the native core, byte for byte.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { initSync, vet } from "../pkg/hookvet.js";

initSync({ module: readFileSync(new URL("../pkg/hookvet_bg.wasm", import.meta.url)) });

const golden = new URL("../../tests/cases/golden/", import.meta.url);

for (const file of readdirSync(golden).sort()) {
  test(`golden ${file}`, () => {
    const text = readFileSync(new URL(file, golden), "utf8");
    const expected = text.slice(text.indexOf('\n  "verdict": ') + '\n  "verdict": '.length, -"\n}\n".length);
    assert.equal(vet(JSON.stringify(JSON.parse(text).request)), expected);
  });
}

const cases = JSON.parse(readFileSync(new URL("../../tests/cases/cloudevents.json", import.meta.url), "utf8"));

for (const { id, expect, headers, body, body_base64 } of cases) {
  test(`cloudevents ${id}`, () => {
    const request = { vendor: "cloudevents", policy: "strict", headers, body, body_base64 };
    assert.equal(JSON.parse(vet(JSON.stringify(request))).decision, expect);
  });
}

test("a request that is none gives an error and leaves the instance usable", () => {
  assert.match(JSON.parse(vet("{")).error, /not a JSON value/);
  assert.match(JSON.parse(vet("[]")).error, /JSON object/);
});
