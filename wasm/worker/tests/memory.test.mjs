// Thousands of deliveries in a row, and the memory of the runtime's process.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { names } from '../tools/bundle.mjs';
import { resident, start } from './runtime.mjs';

const MIB = 1024 * 1024;
const COUNT = 2000;

const BODY = 128 * 1024;

/**
 * How much the second thousand may add: a third of what it would if each delivery left its body behind. The engine's own heap grows
 * by steps of some 25 MiB until it has the size that suits it, which thousands of deliveries do not reach.
 */
const ROOM = ((COUNT / 2) * BODY) / 3;

const HEADERS = [
  ['content-type', 'application/json'],
  ['ce-specversion', '1.0'],
  ['ce-source', 'customer'],
  ['ce-type', 'com.amlyze.customer.updated'],
  ['ce-subject', '42'],
];

/** Large enough that one kept by mistake shows. Each fourth is refused, each other fourth comes again. */
function delivery(number) {
  const riskLevel = number % 4 === 0 ? 'SEVERE' : 'HIGH';
  const id = number % 4 === 1 ? 'again' : `${number}`;
  const body = JSON.stringify({
    customerExternalID: '42',
    riskLevel,
    updatedAt: '2026-03-10T12:53:45Z',
    note: 'x'.repeat(BODY),
  });
  return { path: '/amlyze', headers: [...HEADERS, ['ce-id', id]], body };
}

for (const name of names) {
  test(`${name}: ${COUNT} deliveries in a row, and no memory that grows with them`, async (context) => {
    const worker = await start(name, { isBare: true });
    try {
      assert.ok(worker.process, 'the process of the runtime is found');
      const samples = [];
      for (let number = 0; number < COUNT; number += 1) {
        const { status } = await worker.send(delivery(number));
        assert.equal(status, number % 4 === 0 ? 422 : 204);
        if (number % 250 === 249) samples.push(resident(worker.process));
      }
      const shown = samples.map((bytes) => (bytes / MIB).toFixed(1)).join(', ');
      context.diagnostic(`resident MiB after each 250 deliveries: ${shown}`);
      const half = samples[samples.length / 2 - 1];
      const growth = Math.min(...samples.slice(-2)) - half;
      assert.ok(growth < ROOM, `${(growth / MIB).toFixed(1)} MiB more after the second thousand: ${shown}`);
    } finally {
      await worker.stop();
    }
  });
}
