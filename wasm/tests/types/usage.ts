// What type-checks, and what does not. `tsc --noEmit` reads it; nothing runs it.

import { type AcceptedVerdict, type EventData, type Finding, sign, Verdict, Vetter } from 'hookvet';

declare const request: Request;
declare const body: Uint8Array;

const vetter = new Vetter('amlyze', { policy: 'strict', rules: { 'CE-V5': 'off' } });
const verdict = vetter.vet(request.headers, body);

if (verdict.accepted && verdict.type === 'com.amlyze.customer.updated') {
  const level: 'NONE' | 'LOW' | 'MEDIUM' | 'HIGH' | 'EXTREME' | undefined = verdict.data.riskLevel;
  const key: string = verdict.event.key;
  void [level, key];
  // @ts-expect-error the schema lists the words
  if (verdict.data.riskLevel === 'VERY_HIGH') void 0;
}

// @ts-expect-error not before it is known to be accepted
if (verdict.type === 'com.amlyze.customer.updated') void verdict.data.riskLevel;

// @ts-expect-error no event is called so
if (verdict.type === 'com.amlyze.customer.update') void 0;

// @ts-expect-error an event of another vendor
if (verdict.type === 'DOCVER') void 0;

function handle(accepted: AcceptedVerdict<'amlyze' | 'dataspike'>): string | undefined {
  switch (accepted.type) {
    case 'DOCVER':
      return accepted.data.payload.status ?? undefined;
    case 'app.amlyze.related_entity.screening.sanctions.pending':
      return accepted.vendor;
    case undefined:
      return accepted.event?.type;
    default:
      return undefined;
  }
}

const findings: readonly Finding[] = verdict.findings;
const isVerdict: boolean = verdict instanceof Verdict;
const updated: EventData['amlyze']['com.amlyze.customer.updated'] = { riskLevel: 'LOW' };
void [handle, findings, isVerdict, updated];

const any = new Vetter('dataspike', { secrets: ['whsec_00', { secret: 'whsec_01', label: 'new', expires: 1 }] });
void any.vetRequest(request).then(({ verdict, body }) => [verdict.response(), body.byteLength]);
void any.vet({ 'content-type': ['application/json'], other: undefined }, 'text');
void any.vet([['content-type', new Uint8Array(3)]], new ArrayBuffer(3));
void sign('dataspike', { secret: 'whsec_00', body });

// @ts-expect-error no such vendor
new Vetter('amlyse');
// @ts-expect-error no such policy
new Vetter('amlyze', { policy: 'lax' });
// @ts-expect-error no such level
new Vetter('amlyze', { rules: { 'CE-V5': 'fatal' } });
// @ts-expect-error headers are not null
vetter.vet(null, body);
// @ts-expect-error a body is not an object
vetter.vet(request.headers, {});
// @ts-expect-error a verdict cannot be changed
verdict.status = 200;
