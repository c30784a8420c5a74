/** Whose delivery it is, told by what only one vendor sends: the same way as `hookvet check`. */

import { headerValue } from './headers.js';

export const VENDORS = { amlyze: 'AMLYZE', dataspike: 'Dataspike', cloudevents: 'Other CloudEvents' };

export function guessVendor(pairs, body) {
  const type = headerValue(pairs, 'ce-type') ?? '';
  if (headerValue(pairs, 'x-webhook-signature') !== undefined) return 'dataspike';
  if (type.startsWith('app.amlyze.') || type.startsWith('com.amlyze.')) return 'amlyze';
  if (type !== '') return 'cloudevents';
  if (body.includes('"event_type"')) return 'dataspike';
  if (body.includes('.amlyze.') || /"customerExternalI[dD]"/.test(body)) return 'amlyze';
  return 'cloudevents';
}
