// The npm SDK as a peer: reads events that it is sent, and sends events that it is told to.
//
// POST /receive   a CloudEvent; answers 200 and what the SDK read, or 400
// POST /send      { url, mode, event }; builds the event with the SDK and sends it; answers 200 and the status it got, or
//                 422 where the SDK does not build or send it

import http from 'node:http';
import { CloudEvent, HTTP } from 'cloudevents';

function receive(request, body) {
  const event = HTTP.toEvent({ headers: request.headers, body: body.length > 0 ? body.toString('utf8') : undefined });
  const { data, data_base64, ...attributes } = Array.isArray(event) ? { batch: event.length } : event.toJSON();
  const named = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null);
  return { attributes: Object.fromEntries(named.map(([name, value]) => [name, String(value)])), data: data ?? null };
}

async function send({ url, mode, event }) {
  const { attributes, data } = event;
  const built = new CloudEvent({ ...attributes, data: data ?? undefined });
  const message = mode === 'binary' ? HTTP.binary(built) : HTTP.structured(built);
  const headers = Object.fromEntries(Object.entries(message.headers).filter(([, value]) => value !== undefined));
  return await new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode }));
    });
    request.on('error', reject);
    request.end(typeof message.body === 'object' ? JSON.stringify(message.body) : message.body);
  });
}

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const sends = request.url === '/send';
  try {
    const answer = sends ? await send(JSON.parse(body.toString('utf8'))) : receive(request, body);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  } catch (error) {
    response.writeHead(sends ? 422 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: String(error.message) }));
  }
});

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: server.address().port })));
// Ends with whoever started it.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
