// The same captures as `hookvet check FILE` reads, in the same way.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { headerPairs } from '../../src/delivery/headers.js';
import { recognise } from '../../src/delivery/recognise.js';

const cases = JSON.parse(readFileSync(new URL('../../../../tests/cases/captures.json', import.meta.url), 'utf8'));

test('there are captures', () => assert.ok(cases.length > 20, `only ${cases.length}`));

for (const { case: name, text, read, error } of cases) {
  test(`capture: ${name}`, () => {
    const found = recognise(text);
    if (error !== undefined) {
      assert.ok(found.error?.toLowerCase().includes(error), found.error);
      return;
    }
    assert.deepEqual([found.error, found.kind, found.deliveries?.length], [undefined, 'http', 1]);
    const { method, target, headers, body, notices } = found.deliveries[0].delivery;
    const notes = notices.map((notice) => notice.text);
    assert.deepEqual({ method, target, headers: headerPairs(headers), body, notes }, read);
  });
}
