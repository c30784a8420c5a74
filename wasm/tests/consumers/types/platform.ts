// With the types of a browser, and with those of Node: what the package takes and gives is the platform's own.

import { init, initSync, Vetter } from 'hookvet';
import module from 'hookvet/wasm';

export async function answer(request: Request): Promise<Response> {
  initSync({ module });
  await init(fetch(new URL('http://localhost/')));
  const { verdict, body } = await new Vetter('amlyze').vetRequest(request);
  if (!verdict.accepted) return verdict.response({ headers: new Headers() });
  return new Response(body);
}

// @ts-expect-error a request is no text
void new Vetter('amlyze').vetRequest('text');
