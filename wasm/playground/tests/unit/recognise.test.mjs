import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerPairs, headerValue } from '../../src/delivery/headers.js';
import { recognise } from '../../src/delivery/recognise.js';
import { lineEnds, loneSurrogate, MAX_TEXT, toText, toUnits } from '../../src/delivery/text.js';
import { guessVendor } from '../../src/delivery/vendor.js';

function taken(text, kind) {
  const found = recognise(text);
  assert.equal(found.error, undefined);
  assert.equal(found.kind, kind);
  assert.equal(found.deliveries.length, 1);
  return found.deliveries[0].delivery;
}

function headers(delivery) {
  return Object.fromEntries(headerPairs(delivery.headers).map(([name, value]) => [name.toLowerCase(), value]));
}

test('a raw request is taken with its method, headers and exact body', () => {
  const it = taken('POST /hooks?a=1 HTTP/1.1\r\nHost: h\r\nCe-Id:  7 \r\n\r\n{\r\n}', 'http');
  assert.deepEqual([it.method, it.target, it.headers, it.body], ['POST', '/hooks?a=1', 'Host: h\nCe-Id: 7', '{\r\n}']);
});

test('headers and a body without a request line are taken, also out of a fenced block', () => {
  const it = taken('```\nce-id: 1\nce-type: app.amlyze.x\n\n{}\n```', 'http');
  assert.deepEqual([it.headers, it.body], ['ce-id: 1\nce-type: app.amlyze.x', '{}']);
});

test('a line end that an editor added behind the body is cut off by Content-Length, and another length is left alone', () => {
  const body = (length, text) => taken(`POST / HTTP/1.1\nContent-Length: ${length}\n\n${text}`, 'http').body;
  assert.equal(body(2, '{}\n'), '{}');
  assert.equal(body(2, '{}\r\n'), '{}');
  assert.equal(body(3, '{}\n'), '{}\n');
  assert.equal(body(9, '{}'), '{}');
});

test('chunks are joined', () => {
  const it = taken('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n1\r\n \r\n0\r\n\r\n', 'http');
  assert.equal(it.body, '{} ');
  assert.match(it.notices[0].text, /chunks/);
});

test('pseudo headers of HTTP/2 become method and target', () => {
  const it = taken(':method: POST\n:path: /x\nce-id: 1\n\n{}', 'http');
  assert.deepEqual([it.method, it.target, it.headers, it.body], ['POST', '/x', 'ce-id: 1', '{}']);
});

test('an answer in place of a request is told', () => {
  assert.match(recognise('HTTP/1.1 200 OK\nserver: x\n\n{}').error, /an answer, not a request/);
});

test('curl’s trace gives the headers and says that the body is missing', () => {
  const it = taken('* Connected\n> POST /x HTTP/1.1\n> Host: h\n> Ce-Id: 1\n>\n< HTTP/1.1 204', 'http');
  assert.equal(it.headers, 'Host: h\nCe-Id: 1');
  assert.match(it.notices[0].text, /not the body/);
});

test('curl in POSIX quoting: every kind of quote, joined lines and attached options', () => {
  const it = taken(
    `curl -sS -X POST 'https://h/a?b=1' \\
    -H 'ce-id: it'\\''s' -H "ce-source: a \\"b\\" \\$c" -H"ce-type:t" \\
    --data-raw $'{"a":"\\u00e9\\n\\'"}' | jq .`,
    'command',
  );
  assert.equal(it.target, '/a?b=1');
  assert.deepEqual(headers(it), {
    'ce-id': "it's",
    'ce-source': 'a "b" $c',
    'ce-type': 't',
    'content-type': 'application/x-www-form-urlencoded',
  });
  assert.equal(it.body, '{"a":"é\n\'"}');
  assert.match(it.notices[0].text, /names no Content-Type/);
});

test('curl: --json, several -d, a header without a value, and a file that cannot be read', () => {
  assert.equal(headers(taken("curl --json '{}' h", 'command'))['content-type'], 'application/json');
  assert.equal(taken("curl h -d a -d b -H 'content-type: x/y'", 'command').body, 'a&b');
  assert.deepEqual(headers(taken("curl h -H 'X-Empty;' -H 'content-type:' -d 1", 'command')), { 'x-empty': '' });
  const it = taken("curl h --data-binary @payload.json -H 'content-type: application/json'", 'command');
  assert.equal(it.body, '');
  assert.match(it.notices[0].text, /the file payload\.json/);
});

test('curl in the quoting of the Windows command prompt, old and new', () => {
  const old = taken('curl "https://h/x" -H "ce-id: 1" ^\r\n  --data-binary "{\\"a\\":\\"b c\\"}"', 'command');
  assert.deepEqual([headers(old)['ce-id'], old.body], ['1', '{"a":"b c"}']);
  const now = taken('curl ^"https://h/x^" ^\n  -H ^"ce-id: 100^%^" ^\n  --data-raw ^"^{^\\^"a^\\^": 1^}^"', 'command');
  assert.deepEqual([headers(now)['ce-id'], now.body], ['100%', '{"a": 1}']);
});

test('curl.exe with PowerShell’s backticks', () => {
  const it = taken('curl.exe -X POST "https://h/x" `\n  -H "ce-id: 1" `\n  --data-raw \'{"a":1}\'', 'command');
  assert.deepEqual([headers(it)['ce-id'], it.body], ['1', '{"a":1}']);
});

test('Invoke-WebRequest as browsers copy it', () => {
  const it = taken(
    `$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla"
Invoke-WebRequest -UseBasicParsing -Uri "https://h/hook" \`
-Method "POST" \`
-WebSession $session \`
-Headers @{
"authority"="h"
  "ce-id"="1\`"2"
  "ce-type"='it''s'
} \`
-ContentType "application/json" \`
-Body "{\`"a\`":\`"$([char]228)\`"}"`,
    'command',
  );
  assert.deepEqual(headers(it), { 'ce-id': '1"2', 'ce-type': "it's", 'content-type': 'application/json' });
  assert.deepEqual([it.method, it.target, it.body], ['POST', '/hook', '{"a":"ä"}']);
});

/** As Chromium writes a command for PowerShell. */
function chromium(body, headers = {}) {
  const quoted = (text) =>
    `"${text.replace(/[`$"]/g, '`$&').replace(/[^\x20-\x7e]/g, (unit) => `$([char]${unit.charCodeAt(0)})`)}"`;
  const lines = [
    `Invoke-WebRequest -UseBasicParsing -Uri ${quoted('https://h/hook?a=1')}`,
    '-Method "POST"',
    '-WebSession $session',
  ];
  lines.push(
    `-Headers @{\n${Object.entries(headers)
      .map(([name, value]) => `${quoted(name)}=${quoted(value)}`)
      .join('\n  ')}\n}`,
  );
  lines.push('-ContentType "application/json"');
  lines.push(
    /[^\x20-\x7e]/.test(body)
      ? `-Body ([System.Text.Encoding]::UTF8.GetBytes(${quoted(body)}))`
      : `-Body ${quoted(body)}`,
  );
  return `$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0 (X11; Linux x86_64)"
$session.Cookies.Add((New-Object System.Net.Cookie("a", "b", "/", "h")))
${lines.join(' `\n')}`;
}

test('Chromium’s PowerShell with line ends and letters beyond ASCII, which come as bytes', () => {
  for (const body of ['{\r\n  "name": "Zoë 😀 $x `y"\n}', '{}', '"Иван"']) {
    const it = taken(chromium(body, { 'ce-id': '1', 'ce-subject': 'Zoë' }), 'command');
    assert.deepEqual([it.method, it.target, it.body, it.notices], ['POST', '/hook?a=1', body, []]);
    assert.deepEqual(headers(it), { 'ce-id': '1', 'ce-subject': 'Zoë', 'content-type': 'application/json' });
  }
});

test('several commands of PowerShell and of the Windows prompt give a choice', () => {
  const powershell = recognise([chromium('1'), chromium('{\n}')].join(';\r\n'));
  assert.deepEqual(
    powershell.deliveries.map(({ delivery }) => delivery.body),
    ['1', '{\n}'],
  );
  const prompt = recognise('curl ^"https://h/a^" -d ^"1 ^& 2^" &\r\ncurl ^"https://h/b^" ^\r\n  -d ^"x^"');
  assert.deepEqual(
    prompt.deliveries.map(({ label, delivery }) => [label, delivery.body]),
    [
      ['POST h/a', '1 & 2'],
      ['POST h/b', 'x'],
    ],
  );
});

test('a file that a page cannot read leaves the method, and is named', () => {
  for (const option of [
    '-d @a.json',
    '--data-binary @a.json',
    '--json @a.json',
    '--data-urlencode @a.json',
    '--data-urlencode x@a.json',
    '-d @-',
  ]) {
    const it = taken(`curl h/x ${option}`, 'command');
    assert.equal(it.method, 'POST', option);
    assert.match(it.notices[0].text, /the file a\.json|standard input/, option);
  }
  assert.equal(taken('curl -T a.json h/x', 'command').method, 'PUT');
});

test('a method is taken as it is written, as curl sends it', () => {
  assert.equal(taken('curl -X post -d x h', 'command').method, 'post');
});

test('carets inside quotes are a POSIX shell’s, carets outside are the prompt’s', () => {
  assert.equal(taken(`curl h -d '{"a":"^"}'`, 'command').body, '{"a":"^"}');
  assert.equal(taken(`curl h -d "^{1}^\\"" -H 'x: ^"'`, 'command').body, '^{1}^"');
  assert.equal(taken('curl ^"h^" -d ^"^{1^}^"', 'command').body, '{1}');
});

test('what the shell would put in is named, and what is assigned in the paste is put in', () => {
  const it = taken(
    'TYPE=text/plain\ncurl h -H "content-type: $TYPE" -H "authorization: Bearer $TOKEN" -d "$(date)"',
    'command',
  );
  assert.equal(headers(it)['content-type'], 'text/plain');
  assert.match(it.notices[0].text, /\$TOKEN, \$\(date\)/);
});

test('what a command printed is left alone, also where it is no command', () => {
  const it = taken('$ curl -d 1 h/x\n{"error": "it\'s late"}\n', 'command');
  assert.equal(it.body, '1');
  assert.equal(taken("# send it\necho '{}' | curl --json @- h/x", 'command').body, '{}\n');
});

test('an option without its value is told', () => {
  assert.match(recognise('curl h -d').error, /-d takes a value/);
});

test('a byte order mark is no part of a HAR, of lines or of a request, and stays in a bare body', () => {
  const mark = '\ufeff';
  assert.equal(taken(mark + JSON.stringify({ log: { entries: [ENTRY] } }), 'har').body, '{}');
  assert.equal(taken(`${mark}{"headers":[["a","1"]],"body":"{}"}\n`, 'captured').headers, 'a: 1');
  assert.equal(
    recognise(`${mark}{"headers":[["a","1"]],"body":"1"}\n{"headers":[],"body":"2"}\n`).deliveries.length,
    2,
  );
  assert.equal(taken(`${mark}POST /x HTTP/1.1\nce-id: 1\n\n{}`, 'http').headers, 'ce-id: 1');
  assert.equal(taken(`${mark}ce-id: 1\nce-type: t\n\n{}`, 'http').headers, 'ce-id: 1\nce-type: t');
  assert.equal(taken(`${mark}curl h -d 1`, 'command').body, '1');
  assert.equal(taken(`${mark}{"id":1}`, 'body').body, `${mark}{"id":1}`);
});

test('PowerShell with a variable that is not in the text is told, and one that is there is read', () => {
  assert.match(recognise('Invoke-RestMethod -Uri "https://h" -Method Post -Body $body').error, /PowerShell variable/);
  const it = taken(
    '$headers = @{ "ce-id" = "1" }\n$body = @\'\n{"a":\n1}\n\'@\nInvoke-RestMethod https://h/x -Method Post -Headers $headers -Body $body',
    'command',
  );
  assert.deepEqual([headers(it)['ce-id'], it.body], ['1', '{"a":\n1}']);
});

test('a quote that is not closed is told', () => {
  for (const text of ["curl h -d '{", 'curl h -d "{', "curl h -d $'{", 'curl.exe h `\n -d "{']) {
    assert.match(recognise(text).error, /not closed/, text);
  }
});

const ENTRY = {
  startedDateTime: '2026-03-10T12:00:00Z',
  request: {
    method: 'POST',
    url: 'https://h/x?y',
    headers: [
      { name: ':path', value: '/x' },
      { name: 'Ce-Id', value: '1' },
    ],
    bodySize: 2,
    postData: { text: '{}' },
  },
};

test('a HAR, one of its entries, and one request of it are taken', () => {
  for (const value of [{ log: { entries: [ENTRY] } }, ENTRY, ENTRY.request]) {
    const it = taken(JSON.stringify(value), 'har');
    assert.deepEqual([it.method, it.target, it.headers, it.body, it.notices], ['POST', '/x?y', 'Ce-Id: 1', '{}', []]);
  }
});

test('a HAR of several entries gives a choice, and an empty one says so', () => {
  assert.equal(recognise(JSON.stringify({ log: { entries: [ENTRY, ENTRY] } })).deliveries.length, 2);
  assert.match(recognise('{"log":{"entries":[]}}').error, /no requests/);
});

test('a HAR without a body, with Base64, and with another length than was sent', () => {
  const request = (postData, bodySize = 2) =>
    taken(JSON.stringify({ request: { ...ENTRY.request, bodySize, postData } }), 'har');
  assert.match(request(undefined).notices[0].text, /holds no body/);
  assert.equal(request({ text: 'e30=', encoding: 'base64' }).body, '{}');
  assert.deepEqual([...request({ text: '/w==', encoding: 'base64' }, 1).bytes], [255]);
  assert.match(request({ text: '{}' }, 7).notices[0].text, /7 bytes were sent and holds 2 bytes/);
});

test('a gateway’s event, a line for hookvet check and a golden case are taken', () => {
  const gateway = taken(
    '{"httpMethod":"POST","path":"/p","headers":{"Ce-Id":"1"},"body":"e30=","isBase64Encoded":true}',
    'captured',
  );
  assert.deepEqual([gateway.headers, gateway.body, gateway.target], ['Ce-Id: 1', '{}', '/p']);
  const line = taken(
    '{"vendor":"dataspike","headers":[["a","\u00c3\u00a9"]],"body":"{}","policy":"strict","now":7}',
    'captured',
  );
  assert.deepEqual([line.vendor, line.headers, line.settings], ['dataspike', 'a: é', { policy: 'strict', now: 7 }]);
  const expiring = taken(
    '{"vendor":"dataspike","headers":[],"body":"","batches":true,"secrets":[{"secret":"whsec_00","expires":7}]}',
    'captured',
  );
  assert.deepEqual(expiring.settings, { batches: true, secrets: ['whsec_00'] });
  assert.match(expiring.notices[0].text, /has an end/);
  assert.equal(
    taken('{"about":"x","request":{"vendor":"amlyze","headers":[],"body":"[]"},"verdict":{}}', 'captured').body,
    '[]',
  );
});

test('JSON alone gets the headers that it must have come with', () => {
  assert.equal(taken('{"specversion":"1.0"}', 'body').headers, 'content-type: application/cloudevents+json');
  assert.equal(taken('[{"specversion":"1.0"}]', 'body').headers, 'content-type: application/cloudevents-batch+json');
  assert.equal(taken('{"id":"1"}\n', 'body').headers, 'content-type: application/json');
  assert.equal(taken('{"id":"1"}\n', 'body').body, '{"id":"1"}\n');
  assert.equal(
    taken('{"specversion":"1.0", "data": {"pep": true,}}', 'body').headers,
    'content-type: application/cloudevents+json',
  );
});

test('several JSON documents give a choice, also where they have commas too many', () => {
  const found = recognise('{"specversion":"1.0","data":{"pep":true,}}\n\n{"specversion":"1.0"}');
  assert.equal(found.kind, 'bodies');
  assert.deepEqual(
    found.deliveries.map((one) => one.delivery.headers),
    Array(2).fill('content-type: application/cloudevents+json'),
  );
});

test('what is none of these, too much, binary or empty gets a message', () => {
  assert.match(recognise('hello there').error, /no HTTP request/);
  assert.match(recognise('x'.repeat(MAX_TEXT + 1)).error, /hookvet check FILE/);
  assert.match(recognise('\0\u0001\u0002PNG').error, /binary/);
  assert.match(recognise('PK\u0003\u0004\ufffd\ufffd\ufffd\ufffd').error, /binary/);
  assert.match(recognise(' \n').error, /empty/);
});

test('half a surrogate pair is taken, and told', () => {
  const it = taken('{"a":"\ud83d"}', 'body');
  assert.match(it.notices[0].text, /surrogate/);
  assert.equal(loneSurrogate('a\ud83d\ude00'), -1);
  assert.equal(loneSurrogate('a\ude00'), 1);
});

test('nothing of 3,000 cut-off and disturbed inputs throws', () => {
  const samples = [
    'POST / HTTP/1.1\r\nA: b\r\n\r\n{}',
    "curl 'h' -H \"a: $'b'\" --data-raw '{}'",
    'curl ^"h^" ^\n -d ^"{^\\^"a^\\^"}^"',
    'Invoke-WebRequest -Uri "h" -Headers @{"a"="b"} -Body "{`"a`":1}"',
    '$b = "x"\nirm h -Body ([Text.Encoding]::UTF8.GetBytes($b)); curl.exe h `\n -d 1',
    "A=1; curl -sXPUT h -d \"$(cat <<'E'\n{}\nE\n)\" --next -u a:b -G --data-urlencode a@b h | cat <<<x >y & echo AA== | base64 -d | curl -T - $'\\xff\\u00e9' <(ls)",
    JSON.stringify({ log: { entries: [ENTRY] } }),
    '{"specversion":"1.0"}',
  ];
  const odd = ["'", '"', '`', '\\', '^', '{', '}', '\0', '\r', '\n', '\ud83d', '@', '$'];
  let seed = 1;
  const random = (below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let count = 0; count < 3000; count += 1) {
    const text = samples[random(samples.length)];
    const at = random(text.length);
    const changed =
      random(2) === 0 ? text.slice(0, at) : text.slice(0, at) + odd[random(odd.length)] + text.slice(at + random(3));
    const found = recognise(changed);
    assert.ok(found.error || found.deliveries.every(({ delivery }) => typeof delivery.headers === 'string'), changed);
  }
});

test('what is nested without end is read to its end', () => {
  for (const piece of ['$(', '<(', '${', '`', '$((', '(', '<<A ', '{ ']) {
    const found = recognise(`curl h -d 1 ${piece.repeat(20_000)}`);
    assert.ok(found.error || found.deliveries.length > 0, piece);
  }
  assert.ok(recognise(`irm h -Body ${'('.repeat(20_000)}`).error);
  assert.ok(recognise(`irm h -Headers ${'@{'.repeat(20_000)}`).error);
});

test('byte offsets become UTF-16 offsets', () => {
  assert.deepEqual(toUnits('aé😀b', [0, 1, 3, 7, 8, 99]), [0, 1, 2, 4, 5, 5]);
  assert.deepEqual(toUnits('aé😀b', [7, 2, 0]), [4, 1, 0]);
});

test('line ends are told apart', () => {
  assert.deepEqual(['a', 'a\n', 'a\r\nb', 'a\rb', 'a\r\n\n'].map(lineEnds), ['none', 'lf', 'crlf', 'cr', 'mixed']);
  assert.equal(toText(Uint8Array.of(0xff)), undefined);
});

test('the vendor is told by what only one sends', () => {
  assert.equal(guessVendor([['X-Webhook-Signature', 't']], ''), 'dataspike');
  assert.equal(guessVendor([['ce-type', 'com.amlyze.x']], ''), 'amlyze');
  assert.equal(guessVendor([['ce-type', 'org.x']], '"event_type"'), 'cloudevents');
  assert.equal(guessVendor([], '{"event_type":1}'), 'dataspike');
  assert.equal(guessVendor([], '{"type":"app.amlyze.x"}'), 'amlyze');
  assert.equal(headerValue([['A', '1']], 'a'), '1');
});
