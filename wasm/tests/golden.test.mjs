// The golden verdicts and the CloudEvents cases, from WebAssembly: the same JSON as the native core, byte for byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as hookvet from 'hookvet';
import { cases, golden, judge } from './cases.mjs';

for (const { file, request, expected } of golden()) {
  test(`golden ${file}`, () => {
    const verdict = judge(hookvet, request);
    assert.equal(verdict.text(), expected);
    assert.deepEqual(verdict.toJSON(), JSON.parse(expected));
  });
}

for (const { id, expect, headers, body, body_base64 } of cases('cloudevents.json')) {
  test(`cloudevents ${id}`, () => {
    const verdict = judge(hookvet, {
      vendor: 'cloudevents',
      policy: 'strict',
      batches: true,
      headers,
      body,
      body_base64,
    });
    assert.equal(verdict.decision, expect);
  });
}
