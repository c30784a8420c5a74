// A Cloudflare Worker that vets compliance webhooks. What is accepted goes to a Durable Object, to a queue or to an origin
// before the sender hears of it; what is refused is answered with a problem document, or set aside.

import { report } from './log.js';
import { Receiver } from './receiver.js';
import { type Env, readSettings, type Settings } from './settings.js';

export { Deliveries } from './store.js';

/** The runtime hands every request of an instance the same environment, so the vetters are made once. */
const known = new WeakMap<Env, Settings>();

function settingsOf(env: Env): Settings {
  let settings = known.get(env);
  if (settings === undefined) {
    settings = readSettings(env);
    known.set(env, settings);
  }
  return settings;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const path = new URL(request.url).pathname;
    if (path === '/health' && (request.method === 'GET' || request.method === 'HEAD'))
      return new Response(null, { status: 204 });
    let settings: Settings;
    try {
      settings = settingsOf(env);
    } catch (error) {
      // The log says which setting is wrong; a sender has no business with that.
      report(error);
      return new Response('Internal Server Error', { status: 500 });
    }
    const vetter = settings.vetters.get(path);
    if (vetter === undefined) return new Response(null, { status: 404 });
    return new Receiver(env, settings, vetter).answer(request);
  },
} satisfies ExportedHandler<Env>;
