// Pasted commands beside the real curl: bash runs each against a socket on loopback, and what arrives there is what the page read.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { headerPairs, toOctets } from '../../src/delivery/headers.js';
import { recognise } from '../../src/delivery/recognise.js';
import { toBytes } from '../../src/delivery/text.js';
import { asCurl } from '../../src/takeaway/write.js';

const JSON_TYPE = "-H 'content-type: application/json'";

/** Each is run by bash, with `h` for the host. */
const COMMANDS = {
  'a cluster that ends in an option with its value': `curl -sd '{"a":1}' ${JSON_TYPE} http://h`,
  'a cluster whose last option takes the next word': `curl -vH 'ce-id: 1' -d x http://h/hook`,
  'a method in a cluster': `curl -sXPUT -d x http://h`,
  'a cluster of flags alone': 'curl -sSLkd x http://h/?a=b',
  'octets of a quoted text in octal': `curl ${JSON_TYPE} --data-raw $'{"name":"Ren\\303\\251"}' http://h`,
  'octets of a quoted text in hexadecimal': `curl ${JSON_TYPE} --data-raw $'{"name":"Ren\\xc3\\xa9 \\u00e9"}' http://h`,
  'octets that are no UTF-8': "curl --data-binary $'\\xe9\\xff' http://h",
  'escapes that bash does not know stay': "curl --data-binary $'\\d\\q\\e[0m\\cA' http://h",
  'a NUL ends a quoted text': "curl --data-binary $'ab\\0cd'ef http://h",
  'half a surrogate pair': "curl --data-binary $'\\ud83d\\ude00' http://h",
  'carets in a body': `curl ${JSON_TYPE} -d '{"re":"^{2}","b":"a^"}' http://h`,
  'a caret in double quotes': `curl -d "x ^\\"y^\\" ^{z}^" http://h`,
  'several commands, a line each': 'curl -d 1 http://h/a\ncurl -d 2 http://h/b\n# none\ncurl http://h/c',
  'several commands in one line': 'curl -d 1 http://h/a; curl -d 2 http://h/b && curl -d 3 http://h/c',
  'a command in the background': 'curl -d 1 http://h/a & wait; curl -d 2 http://h/b',
  '--next': `curl -d 1 ${JSON_TYPE} http://h/a --next -X DELETE http://h/b -: -G -d q=1 http://h/c`,
  'several addresses': 'curl -d 1 http://h/a http://h/b --url http://h/c',
  'a here-document': `curl ${JSON_TYPE} --data-binary @- http://h <<'EOF'\n{\n  "a": "$b \\n"\n}\nEOF`,
  'a here-document with values in it': `NAME='Zoë "x"'\ncurl -H 'ce-id: 1' --data-binary @- http://h <<EOF\n{"a": "$NAME", "b": "\${NAME}", "c": "\\$NAME \\\\ \\x"}\nEOF`,
  'a here-document without tabs': 'curl -d @- http://h <<-END\n\t\ta\n\tb\n\tEND',
  'a here-string': `curl --json @- http://h <<< '{"a":1}'`,
  'a pipe': `echo '{"a":1}' | curl ${JSON_TYPE} --data-binary @- http://h`,
  'a pipe through base64': 'echo AP8K | base64 -d | curl --data-binary @- http://h',
  'a command in place of a value': `curl ${JSON_TYPE} -d "$(cat <<'EOF'\n{"a": "it's (1)"}\nEOF\n)" http://h`,
  'a variable': `BODY='{"a":1}'; export TYPE=application/json\ncurl -H "content-type: $TYPE" -d "$BODY" http://h`,
  '--json': `curl --json '{"a":' --json '1}' http://h`,
  '--json with a type of its own': `curl --json '{}' -H 'Content-Type: application/cloudevents+json' http://h`,
  '--data-raw with an at sign': 'curl --data-raw @name http://h',
  'several kinds of data': 'curl -d a=1 --data-raw b=2 --data-binary c=3 --data-ascii d=4 --json 5 http://h',
  'empty data': "curl -d '' http://h",
  'line ends in data': `curl -d $'a\\r\\nb' --data-binary $'c\\nd' http://h`,
  '--data-urlencode':
    "curl --data-urlencode 'name=Zoë & co' --data-urlencode '=a=b c' --data-urlencode 'plain text~' http://h",
  '--url-query': "curl --url-query 'a=b c' --url-query '+d=e%20f' -d x 'http://h/p?q=1'",
  '-G': "curl -G -d a=1 --data-urlencode 'b=c d' 'http://h/p?q=1'",
  '-G without data': 'curl -G http://h',
  '-I': 'curl -I http://h',
  'a user': "curl -u 'name:pa:ss wörd' http://h",
  'a bearer': 'curl --oauth2-bearer token -d x http://h',
  '--compressed': 'curl --compressed -d x http://h',
  'cookies, agent and referrer': "curl -b 'a=1' -b 'b=2' -A 'agent 1' -e 'http://r/' -r 0-9 http://h",
  "headers of the user's win":
    "curl -A x -H 'User-Agent: y' -e a -H 'Referer: b' -u a:b -H 'Authorization: c' -d x -H 'Content-Type: d' http://h",
  'headers dropped and empty':
    "curl -d x -H 'Content-Type:' -H 'X-Empty;' -H 'Accept:' -H 'Same: 1' -H 'same: 2' http://h",
  'a header in UTF-8': "curl -H 'ce-subject: Zoë' http://h",
  'a target of its own': "curl --request-target '/x?y' -d 1 http://h/z",
  'where the output goes':
    "curl -d x http://h/a >/dev/null 2>&1; curl -d y http://h/b &>/dev/null; curl -so /dev/null -w '%{http_code}' -d z http://h/c",
  'options that take values and say nothing':
    'curl --max-time 5 --retry 0 --connect-timeout 2 -m 5 --tls-max 1.3 -d x http://h',
  'joined lines': "curl \\\n  -X POST \\\n  -d 'a' \\\n  http://h",
  'what is no option behind --': 'curl -d x -- http://h/a',
  'upload from standard input': 'echo x | curl -T - http://h/f',
};

let server;
let address;
let folder;
const received = [];

before(async () => {
  server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, rawHeaders } = request;
      received.push({ method, target: url, rawHeaders, bytes: [...Buffer.concat(chunks)] });
      response.end();
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  address = `127.0.0.1:${server.address().port}`;
  folder = mkdtempSync(join(tmpdir(), 'hookvet-curl-'));
});

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await new Promise((done) => server.close(done));
});

const run = promisify(execFile);

async function sentBy(command) {
  received.length = 0;
  // No settings of whoever runs the tests.
  const env = { PATH: process.env.PATH, HOME: folder, CURL_HOME: folder, LC_ALL: 'C.UTF-8', no_proxy: '*' };
  // A file, since the longest commands fit into no argument.
  writeFileSync(join(folder, 'command'), command);
  await run('bash', ['command'], { cwd: folder, env, timeout: 20_000, maxBuffer: 2 ** 24 });
  return received.map(({ rawHeaders, ...rest }) => {
    const pairs = [];
    for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at], rawHeaders[at + 1]]);
    return { ...rest, pairs };
  });
}

/** What curl writes for itself, and what a build of it decides. */
const OWN = /^(host|content-length|transfer-encoding|expect|connection)$/;

const comparable = (pairs, other) =>
  pairs
    .map(([name, value]) => [name.toLowerCase(), name.toLowerCase() === 'accept-encoding' ? value.slice(0, 13) : value])
    .filter(
      ([name]) =>
        !OWN.test(name) && (!/^(user-agent|accept)$/.test(name) || other.some(([one]) => one.toLowerCase() === name)),
    )
    .map((pair) => pair.join(': '))
    .sort();

/** The requests that the page reads in a command, in the form of those that arrive. */
function read(command) {
  const found = recognise(command);
  assert.equal(found.error, undefined, command);
  assert.equal(found.kind, 'command', command);
  return found.deliveries.map(({ delivery }) => ({
    method: delivery.method,
    target: delivery.target,
    pairs: headerPairs(delivery.headers).map(([name, value]) => [name, toOctets(value)]),
    bytes: [...(delivery.bytes ?? toBytes(delivery.body))],
    notices: delivery.notices,
  }));
}

async function compare(command) {
  const own = read(command);
  const sent = await sentBy(command);
  assert.equal(own.length, sent.length, 'how many requests');
  own.forEach((one, at) => {
    const other = sent[at];
    const form = (it, peer) => ({
      method: it.method,
      target: it.target,
      headers: comparable(it.pairs, peer.pairs),
      body: Buffer.from(it.bytes).toString('latin1'),
    });
    assert.deepEqual(form(one, other), form(other, one));
  });
}

test('curl is there to compare with, and knows the options', async () => {
  const found = await run('curl', ['--version']).catch(() => undefined);
  assert.ok(found, 'expected curl in PATH, but found none; on Debian: apt-get install curl');
  const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(found.stdout).map(Number);
  assert.ok(
    major > 7 || minor >= 87,
    `expected curl 7.87 or later, which has --json and --url-query, but found ${major}.${minor}`,
  );
});

for (const [name, command] of Object.entries(COMMANDS)) {
  test(`${name} is read as curl sends it`, () => compare(command.replaceAll('http://h', `http://${address}`)));
}

const BODIES = {
  'a small one': toBytes(`{"it's": "$x \`y\` \\ !"}\n`),
  'one with carriage returns': toBytes('{\r\n}\r\n'),
  'one with a NUL': toBytes('{"a":"\0"}'),
  'one that is no text': Uint8Array.of(0xff, 0, 10, 13, 0xc3),
  'one of 300 KB': toBytes(JSON.stringify({ name: 'Zoë'.repeat(75_000) })),
  none: new Uint8Array(),
};

for (const [name, bytes] of Object.entries(BODIES)) {
  test(`the command to take away sends the body as it is, and is read back: ${name}`, async () => {
    const command = asCurl(
      { method: 'POST', headers: 'content-type: application/json\nce-subject: Zo\u00eb\nx-empty:', bytes },
      `http://${address}/amlyze`,
    );
    const [sent] = await sentBy(command);
    assert.deepEqual(Buffer.from(sent.bytes), Buffer.from(bytes));
    await compare(command);
  });
}
