/** A delivery in the fragment of a link, which browsers never send to a server. */

const PREFIX = 'd=';

/** The most that a link may hold, inflated, in bytes: many times the largest delivery. A link of some kilobytes can inflate to gigabytes. */
const MAX_INFLATED = 16 * 1024 * 1024;

/** @throws RangeError where more than `limit` bytes come out. */
async function through(bytes, stream, limit = Infinity) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw new RangeError(`more than ${limit} bytes`);
    }
    chunks.push(value);
  }
}

/**
 * The address that links lead to, and whether others reach it: `base`, which a build names (VITE_HOOKVET_PAGE), or the page's own.
 */
export function pageAddress(base, own) {
  if (base) return { url: base, isPublic: true };
  const { protocol, hostname } = new URL(own);
  const isLocal = protocol === 'file:' || /^(localhost|127\..*|\[::1\])$|\.localhost$/.test(hostname);
  return { url: own.replace(/#.*$/, ''), isPublic: !isLocal };
}

/** The fragment without its `#`. */
export async function pack(state) {
  const bytes = await through(
    new TextEncoder().encode(JSON.stringify({ v: 1, ...state })),
    new CompressionStream('deflate-raw'),
  );
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return PREFIX + btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Whether a fragment claims to hold a delivery. */
export function isPacked(fragment) {
  return fragment.replace(/^#/, '').startsWith(PREFIX);
}

/** What a fragment holds; `undefined` where it is damaged, too large or of another make. */
export async function unpack(fragment) {
  try {
    const text = fragment.replace(/^#/, '').slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const state = JSON.parse(
      new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw'), MAX_INFLATED)),
    );
    const isOne = state.v === 1 && typeof state.headers === 'string' && typeof (state.body ?? '') === 'string';
    return isOne ? state : undefined;
  } catch {
    return undefined;
  }
}
