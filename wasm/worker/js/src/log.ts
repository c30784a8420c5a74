// What is logged: one line a delivery, without a value of it but the type.

import type { Verdict } from 'hookvet';

export function log(verdict: Verdict): void {
  const { vendor, event, status, decision, authenticity, findings } = verdict;
  // The type comes from the sender, so it is shortened.
  const type = event?.type.slice(0, 100) ?? null;
  const found = findings.map(({ rule, severity, where }) => [rule, severity, where]);
  console.log(JSON.stringify({ vendor, type, status, decision, authenticity, findings: found }));
}

/** Logs why something could not be done. */
export function report(error: unknown): void {
  console.error(`hookvet: ${error instanceof Error ? error.message : 'unknown error'}`);
}
