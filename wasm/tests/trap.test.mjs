// An instance that fails is replaced, and what it was asked has no verdict.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** What the next call of an export throws. */
let failure;
let instances = 0;

// The package makes its instances through this, so that a call can be made to fail as only a fault in the module would.
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  instances += 1;
  const { exports } = new Instance(module, imports);
  const wrapped = Object.create(exports);
  for (const name of ['vet', 'open', 'take', 'configure']) {
    Object.defineProperty(wrapped, name, {
      value: (...numbers) => {
        const error = failure;
        failure = undefined;
        if (error) throw error;
        return exports[name](...numbers);
      },
    });
  }
  return { exports: wrapped };
};

const { HookvetError, Vetter, example } = await import('hookvet');
const { headers, body } = await example('com.amlyze.customer.updated');

for (const error of [new WebAssembly.RuntimeError('unreachable'), new RangeError('Maximum call stack size exceeded')]) {
  test(`after a ${error.name} there is a new instance, and vetters and verdicts live on`, () => {
    const vetter = new Vetter('amlyze', { policy: 'strict' });
    const verdict = vetter.vet(headers, body);
    const ofBytes = vetter.vet(headers, new TextEncoder().encode(body));
    const before = instances;
    failure = error;
    assert.throws(
      () => vetter.vet(headers, body),
      (thrown) => {
        assert.ok(thrown instanceof HookvetError);
        assert.deepEqual([thrown.code, thrown.cause], ['trap', error]);
        return true;
      },
    );
    assert.equal(instances, before + 1);
    // Made again in the new instance, from what the verdict has kept.
    const again = vetter.vet(headers, body);
    assert.equal(again.accepted, false);
    assert.match(again.text(), /"decision":"reject"/);
    assert.equal(verdict.text(), again.text());
    assert.equal(ofBytes.text(), again.text());
    assert.deepEqual(ofBytes.data, JSON.parse(body).data);
    failure = error;
    assert.throws(() => vetter.vet(headers, body).text(), { code: 'trap' });
    assert.equal(vetter.vet(headers, body).accepted, false);
    vetter.free();
  });
}

test('before init a browser says what to do, and initSync makes an instance of bytes or of a module', async () => {
  const { readFileSync } = await import('node:fs');
  const browser = await import(new URL('../package/dist/browser.js', import.meta.url));
  const bytes = readFileSync(new URL('../package/dist/hookvet.wasm', import.meta.url));
  const isNotReady = (error) => error.code === 'not-ready' && error.message.includes('init()');
  assert.throws(() => new browser.Vetter('amlyze'), isNotReady);
  assert.throws(() => browser.events(), isNotReady);
  await assert.rejects(browser.init(new Response('<!doctype html>')), {
    code: 'fetch',
    message: /expected hookvet.wasm/,
  });
  await assert.rejects(browser.init(Uint8Array.of(1, 2, 3)), WebAssembly.CompileError);
  await Promise.all([browser.init(bytes), browser.init(new Response(bytes))]);
  assert.equal(browser.events().length, 40);
  // Another address is another module, which takes the one that it carries.
  const carried = await import(new URL('../package/dist/browser.js?carried', import.meta.url));
  await carried.init();
  assert.equal(carried.events().length, 40);
  const vetter = new browser.Vetter('amlyze');
  const verdict = vetter.vet(headers, body);
  browser.initSync({ module: new WebAssembly.Module(bytes) });
  assert.equal(verdict.text(), vetter.vet(headers, body).text());
});
