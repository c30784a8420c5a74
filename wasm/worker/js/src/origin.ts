// Handing deliveries on to a server.

/**
 * Sends the delivery as it came: the same headers, the same bytes, the path and query behind `origin`. The answer is the origin's,
 * whatever it is.
 */
export function forward(origin: string, request: Request, body: Uint8Array | undefined): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return fetch(`${origin}${pathname}${search}`, {
    method: request.method,
    headers: request.headers,
    body: body ?? null,
    // Followed, a redirect would turn the delivery into a GET; so the sender is told of it.
    redirect: 'manual',
  });
}
