// What is logged: one line a delivery, without a value of it.

import { events, type Verdict } from 'hookvet';

/** The event's type under its documented name; what else a sender has written there is not shown. */
function typeLabel({ vendor, event, batch, schema }: Verdict): string {
  if (batch) return 'batch';
  if (!event) return 'none';
  // A schema's id names the type as it is documented, whichever spelling was sent.
  const documented = schema?.split(':')[3] ?? event.type;
  return events().some((known) => known.vendor === vendor && known.type === documented) ? documented : 'other';
}

export function log(verdict: Verdict): void {
  const { vendor, status, decision, authenticity, findings } = verdict;
  const type = typeLabel(verdict);
  const found = findings.map(({ rule, severity, where }) => [rule, severity, where]);
  console.log(JSON.stringify({ vendor, type, status, decision, authenticity, findings: found }));
}

/** Logs why something could not be done. */
export function report(error: unknown): void {
  console.error(`hookvet: ${error instanceof Error ? error.message : 'unknown error'}`);
}
