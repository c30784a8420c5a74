/** Requests as commands: curl in the quoting of three shells, and PowerShell's own commands. */

import { fromOctets, headerValue, printHeaders, toOctets } from './headers.js';
import { withBody } from './http.js';
import { hasBareCaret, posixCommands } from './posix.js';
import { ofOctets } from './text.js';
import { cmdCommands, isPowershell, powershellWords } from './words.js';

const PROMPT = /^\s*(?:[$>#%]\s+)?(?:PS [^>\n]*>\s*)?/;
const INVOKE = /^(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)$/i;
const CURL = /(?:^|[/\\])curl(?:\.exe)?$/i;

export function looksLikeCommand(text) {
  const rest = text.replace(PROMPT, '');
  return (
    /^(?:[{(]\s+)?(?:\S*[/\\])?curl(?:\.exe)?(?:\s|$)|^(?:\$\w+\s*=\s*)?(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b/i.test(
      rest,
    ) || /^\s*\$\w+\s*=[^]*\b(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b/i.test(rest)
  );
}

/** Whether a command to send stands somewhere in `text`, behind others. */
export function holdsCommand(text) {
  return /(?:^|[\n;&|(])[ \t]*(?:[$%] )?(?:sudo |time )?curl(?:\.exe)?\s/.test(text);
}

/** Every delivery that the commands in `input` send: `{ deliveries: [{ label, delivery }] }`, or `{ error }`. */
export function parseCommands(input) {
  const text = input.replace(PROMPT, '');
  if (isPowershell(text)) {
    const split = powershellWords(text);
    return split.error ? split : powershell(split.words);
  }
  const { commands, error, within } = hasBareCaret(text) ? cmdCommands(text) : posixCommands(text);
  const sending = commands.map(curlIn).filter((command) => command !== undefined);
  // What a command printed may have been pasted with it, and need not be a command at all.
  if (error && (sending.length === 0 || curlIn(within ?? { words: [] }))) return { error };
  return sent(sending.map(curl));
}

/** One result of the results for each command. */
function sent(results) {
  const failed = results.find(({ error }) => error);
  if (failed) return failed;
  const deliveries = results.flatMap((result) => result.deliveries);
  if (deliveries.length === 0)
    return { error: 'No command in this text sends anything. Paste the curl or Invoke-WebRequest command as a whole.' };
  return { deliveries };
}

/** Words that may stand in front of a command without being it. */
const IN_FRONT = /^(?:[A-Za-z_]\w*=[^]*|[$%{!]|sudo|time|env|exec|command|nohup|then|do|else)$/;

/** The command without what stands in front of `curl`; `undefined` where it is another one. */
function curlIn(command) {
  const at = command.words.findIndex((word) => !IN_FRONT.test(word));
  return at >= 0 && CURL.test(command.words[at]) ? { ...command, words: command.words.slice(at + 1) } : undefined;
}

/** curl's options of one letter; those with `=` take a value. */
const SHORT = Object.fromEntries(
  `A=user-agent C=continue-at D=dump-header E=cert F=form G:get H=header I:head K=config P=ftp-port Q=quote T=upload-file
  U=proxy-user X=request Y=speed-limit b=cookie c=cookie-jar d=data e=referer m=max-time o=output r=range t=telnet-option u=user
  w=write-out x=proxy y=speed-time z=time-cond`
    .split(/\s+/)
    .map((entry) => [entry[0], { name: entry.slice(2), takesValue: entry[1] === '=' }]),
);
SHORT[':'] = { name: 'next', takesValue: false };

/** curl's long options that take a value, besides those with a letter. */
const WITH_VALUE = new Set(
  `abstract-unix-socket alt-svc aws-sigv4 cacert capath cert-type ciphers connect-timeout connect-to create-file-mode crlfile curves
  data-ascii data-binary data-raw data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url ech egd-file
  engine etag-compare etag-save expect100-timeout form-string ftp-account ftp-alternative-to-user ftp-method ftp-ssl-ccc-mode
  happy-eyeballs-timeout-ms haproxy-clientip hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt
  keepalive-time key key-type krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs
  netrc-file noproxy oauth2-bearer output-dir parallel-max pass pinnedpubkey preproxy proto proto-default proto-redir proxy-cacert
  proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass
  proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy1.0 pubkey
  random-file rate request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5
  socks5-gssapi-service socks5-hostname stderr tftp-blksize tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii
  trace-config unix-socket upload-flags url url-query variable vlan-priority`.split(/\s+/),
);
for (const { name, takesValue } of Object.values(SHORT)) if (takesValue) WITH_VALUE.add(name);

const FORM = 'application/x-www-form-urlencoded';

/** What one command of curl sends; more than one request where it names several addresses, or has `--next`. */
function curl({ words, input = undefined, unknown = [] }) {
  const transfers = [new Transfer(input)];
  const set = (name, value) => {
    if (name === 'next') transfers.push(new Transfer(input));
    else transfers.at(-1).set(name, value);
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const value = () => {
      at += 1;
      return words[at];
    };
    if (word === '--') {
      for (const address of words.slice(at + 1)) set('url', address);
      break;
    }
    if (word.startsWith('--')) {
      // curl itself wants the value as the next word.
      const [, name, attached] = /^--([^=]*)(?:=([^]*))?$/.exec(word);
      if (!WITH_VALUE.has(name)) set(name, undefined);
      else if (attached === undefined && at + 1 >= words.length) return noValue(`--${name}`);
      else set(name, attached ?? value());
    } else if (word.length > 1 && word.startsWith('-')) {
      for (let letter = 1; letter < word.length; letter += 1) {
        const option = SHORT[word[letter]];
        if (option?.takesValue) {
          const attached = word.slice(letter + 1);
          if (attached === '' && at + 1 >= words.length) return noValue(`-${word[letter]}`);
          set(option.name, attached === '' ? value() : attached);
          break;
        }
        if (option) set(option.name, undefined);
      }
    } else set('url', word);
  }
  const names = [...unknown].map(fromOctets).join(', ');
  const about = names && {
    kind: 'warning',
    text: `The shell puts something in for ${names} that is not in what you pasted. Put the text in its place where it matters.`,
  };
  return { deliveries: transfers.flatMap((transfer) => transfer.deliveries(about)) };
}

function noValue(option) {
  return {
    error: `The option ${option} takes a value, and nothing follows it: the command is cut off, or its quoting was changed.`,
  };
}

/** What curl gathers for one request, or for one to each of several addresses. All text is octets. */
class Transfer {
  #input;
  #addresses = [];
  #custom = [];
  #dropped = new Set();
  #notices = [];
  #options = new Map();
  #cookies = [];
  #data;
  #query;
  #isForm = false;

  constructor(input) {
    this.#input = input;
  }

  set(name, value) {
    switch (name) {
      case 'url':
        this.#addresses.push(value);
        break;
      case 'header':
        this.#addHeader(value);
        break;
      case 'cookie':
        // Without = it names a file of cookies.
        if (value.includes('=')) this.#cookies.push(value);
        break;
      case 'data':
      case 'data-ascii':
        this.#add(value.startsWith('@') ? this.#file(value).replace(/[\r\n\0]/g, '') : value, '&');
        break;
      case 'data-raw':
        this.#add(value, '&');
        break;
      case 'data-binary':
        this.#add(value.startsWith('@') ? this.#file(value) : value, '&');
        break;
      case 'json':
        this.#add(value.startsWith('@') ? this.#file(value) : value, '');
        this.#options.set(name, true);
        break;
      case 'data-urlencode':
        this.#add(this.#encoded(value), '&');
        break;
      case 'url-query':
        this.#query = `${this.#query === undefined ? '' : `${this.#query}&`}${value.startsWith('+') ? value.slice(1) : this.#encoded(value)}`;
        break;
      case 'form':
      case 'form-string':
        if (!this.#isForm)
          this.#note(
            `${name === 'form' ? '-F' : '--form-string'} sends a form, which no webhook here is. Its body was left out.`,
          );
        this.#isForm = true;
        break;
      case 'config':
        this.#note(`Further options come from the file ${fromOctets(value)}, which a page cannot read.`);
        break;
      case 'variable':
        this.#note('Variables of curl (--variable) are not put in here. Put the text in their place.');
        break;
      default:
        this.#options.set(name, value ?? true);
    }
  }

  #note(text, kind = 'warning') {
    this.#notices.push({ kind, text });
  }

  #add(text, separator) {
    this.#data = this.#data ? `${this.#data}${separator}${text}` : text;
  }

  /** What a file holds: nothing, where it is not standard input and that not in the text. */
  #file(text) {
    const isInput = text === '@-' || text === '@/dev/stdin';
    if (isInput && this.#input !== undefined) return this.#input;
    this.#note(
      `The body comes from ${isInput ? 'standard input' : `the file ${fromOctets(text.slice(1))}`}, which a page cannot read. Drop the file on the body editor, or paste its text there.`,
    );
    return '';
  }

  /** `content`, `=content`, `name=content`, `@file` or `name@file`, in the coding of forms. */
  #encoded(text) {
    const at = text.includes('=') ? text.indexOf('=') : text.indexOf('@');
    const name = at > 0 ? `${text.slice(0, at)}=` : '';
    const content = at >= 0 && text[at] === '@' ? this.#file(text.slice(at)) : text.slice(at + 1);
    const escaped = (octet) =>
      octet === ' ' ? '+' : `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    return name + content.replace(/[^A-Za-z0-9._~-]/g, escaped);
  }

  #addHeader(text) {
    if (text.startsWith('@')) {
      this.#note('Headers from a file cannot be read here. Paste them into the header editor.');
      return;
    }
    const colon = text.indexOf(':');
    if (colon > 0) {
      const [name, value] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
      // curl leaves a header without a value out altogether.
      if (value === '') this.#dropped.add(name.toLowerCase());
      else this.#custom.push([name, value]);
    } else if (text.endsWith(';')) this.#custom.push([text.slice(0, -1), '']);
    else this.#note('A -H option has no colon; curl sends no such header, so it was left out.');
  }

  deliveries(about) {
    const options = this.#options;
    if (options.has('upload-file')) {
      const text = this.#file(`@${options.get('upload-file')}`);
      this.#data ??= text;
    }
    const isGet = options.has('get');
    const hasBody = this.#data !== undefined && !isGet;
    let method = 'GET';
    if (hasBody || this.#isForm) method = 'POST';
    if (isGet) method = 'GET';
    if (options.has('upload-file')) method = 'PUT';
    if (options.has('head')) method = 'HEAD';
    method = options.get('request') ?? method;
    const addresses = this.#addresses.length > 0 ? this.#addresses : ['/'];
    return addresses.map((address) => {
      const { target, user } = this.#address(address);
      const pairs = this.#pairs(user, hasBody);
      const notices = [...this.#notices, ...this.#formNotice(pairs, hasBody)];
      if (about) notices.push(about);
      const headers = printHeaders(pairs.map(([name, value]) => [fromOctets(name), fromOctets(value)]));
      const delivery = {
        method: fromOctets(method),
        target,
        headers,
        ...withBody(ofOctets(hasBody ? this.#data : '')),
        notices,
      };
      return {
        label: `${delivery.method} ${fromOctets(address)
          .replace(/^[a-z]+:\/\//i, '')
          .slice(0, 120)}`,
        delivery,
      };
    });
  }

  /** The headers of the command, and those that curl adds where the command names none. */
  #pairs(user, hasBody) {
    const options = this.#options;
    const pairs = [...this.#custom];
    const add = (name, value) => {
      const isNamed = headerValue(this.#custom, name) !== undefined || this.#dropped.has(name);
      if (!isNamed && typeof value === 'string' && value !== '') pairs.push([name, value]);
    };
    if (options.has('oauth2-bearer')) add('authorization', `Bearer ${options.get('oauth2-bearer')}`);
    // The other ways wait for what the server asks.
    else if (user !== undefined && !['digest', 'ntlm', 'negotiate', 'anyauth'].some((way) => options.has(way)))
      add('authorization', `Basic ${btoa(user.includes(':') ? user : `${user}:`)}`);
    add('user-agent', options.get('user-agent'));
    add('referer', options.get('referer')?.replace?.(/;auto$/, ''));
    add('cookie', this.#cookies.join(';'));
    if (options.has('range')) add('range', `bytes=${options.get('range')}`);
    if (options.has('compressed')) add('accept-encoding', 'deflate, gzip, br, zstd');
    if (options.has('json')) {
      add('content-type', 'application/json');
      add('accept', 'application/json');
    } else if (hasBody && !options.has('upload-file')) add('content-type', FORM);
    return pairs;
  }

  #formNotice(pairs, hasBody) {
    if (
      !hasBody ||
      headerValue(pairs, 'content-type') !== FORM ||
      headerValue(this.#custom, 'content-type') !== undefined
    )
      return [];
    return [
      {
        kind: 'warning',
        text: `The command names no Content-Type, so curl sends ${FORM}. Add -H 'content-type: application/json' where the body is JSON.`,
      },
    ];
  }

  /** Where the request goes, and whose it is. */
  #address(address) {
    const options = this.#options;
    const [, userinfo, path] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:([^/?#@]*)@)?[^/?#]*([^#]*)/i.exec(address);
    let target = path.startsWith('/') ? path : `/${path}`;
    const more = options.has('get') && this.#data !== undefined ? this.#data : this.#query;
    if (more) target += `${target.includes('?') ? '&' : '?'}${more}`;
    if (options.has('request-target')) target = options.get('request-target');
    const decoded = userinfo?.replace(/%([0-9a-fA-F]{2})/g, (_, digits) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    return { target: fromOctets(target), user: options.get('user') ?? decoded };
  }
}

function variableError() {
  return {
    error:
      'The command takes a value from a PowerShell variable, and its text is not in what you pasted. Put the text in place of the variable.',
  };
}

/** The commands of PowerShell: its own ones as browsers copy them, and curl.exe. */
function powershell(words) {
  const known = new Map();
  const results = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const isFirst = at === 0 || words[at - 1].end || words[at - 1].value === '=';
    if (word.bare && word.variable && words[at + 1]?.value === '=') {
      const read = words[at + 2]?.value === '@{' ? table(words, at + 2) : expression(words, at + 2, known);
      if (read) {
        known.set(word.value.toLowerCase(), read);
        at = read.end;
      }
    } else if (
      isFirst &&
      word.bare &&
      CURL.test(word.value) &&
      (/\.exe$/i.test(word.value) || words[at + 1]?.value.startsWith('-'))
    ) {
      const next = words.findIndex((other, index) => index > at && other.end);
      const own = words.slice(at + 1, next < 0 ? undefined : next);
      results.push(
        own.some(({ variable }) => variable)
          ? variableError()
          : curl({ words: own.map(({ value }) => toOctets(value)) }),
      );
      at += own.length;
    } else if (isFirst && word.bare && (INVOKE.test(word.value) || CURL.test(word.value))) {
      const read = invoked(words, at + 1, known);
      results.push(read.error ? read : { deliveries: [read] });
      at = read.end ?? at;
    }
  }
  return sent(results);
}

/** One `Invoke-WebRequest` or `Invoke-RestMethod`, whose options begin at `from`. */
function invoked(words, from, known) {
  const pairs = [];
  const notices = [];
  const given = new Map();
  let at = from;
  for (; at < words.length && !words[at].end; at += 1) {
    const word = words[at];
    const option = word.bare ? word.value.toLowerCase() : '';
    const next = words[at + 1];
    if (option.startsWith('-h') && '-headers'.startsWith(option)) {
      const read =
        next?.value === '@{' ? table(words, at + 1) : next?.variable ? known.get(next.value.toLowerCase()) : undefined;
      if (!read?.pairs) return next?.value === '@{' ? tableError() : variableError();
      pairs.push(...read.pairs);
      at = next.value === '@{' ? read.end : at + 1;
    } else if (IGNORED.has(option)) {
      at += 1;
    } else if (VALUES.has(option)) {
      const read = expression(words, at + 1, known);
      if (read === undefined)
        return next?.variable
          ? variableError()
          : { error: `${word.value} takes an expression, and only text can be read here. Put the text in its place.` };
      given.set(option, read);
      at = read.end;
    } else if (!word.mark && (!word.bare || /^https?:/i.test(word.value))) given.set('-uri', { value: word.value });
  }
  const text = (option) => given.get(option)?.value;
  const named = (name) => pairs.filter(([other]) => other.toLowerCase() !== name);
  let sending = pairs.filter(([name]) => !/^(method|authority|scheme|path)$/i.test(name));
  if (given.has('-contenttype'))
    sending = [
      ...named('content-type').filter((pair) => sending.includes(pair)),
      ['content-type', text('-contenttype')],
    ];
  if (given.has('-useragent')) sending.push(['user-agent', text('-useragent')]);
  const body = text('-body') ?? '';
  if (!given.get('-body')?.isBytes && /[^\0-\x7f]/.test(body)) {
    notices.push({
      kind: 'warning',
      text: 'Windows PowerShell 5 sends such a body in Latin-1, PowerShell 7 in UTF-8. UTF-8 is taken here.',
    });
  }
  const method = (text('-method') ?? (given.has('-body') ? 'POST' : 'GET')).toUpperCase();
  const target = pathOf(text('-uri') ?? '/');
  const delivery = { method, target, headers: printHeaders(sending), body, notices };
  return { label: `${method} ${(text('-uri') ?? '').replace(/^[a-z]+:\/\//i, '').slice(0, 120)}`, delivery, end: at };
}

const VALUES = new Set(['-method', '-uri', '-body', '-contenttype', '-useragent']);
const IGNORED = new Set(['-websession', '-outfile', '-timeoutsec', '-sessionvariable', '-maximumredirection']);

const GET_BYTES = /^\[(?:System\.)?Text\.Encoding\]::UTF8\.GetBytes$/i;

/** Text, or a variable whose text is known, in parentheses or not, or its bytes in UTF-8: `{ value, isBytes, end }`. */
function expression(words, from, known) {
  let at = from;
  let open = 0;
  let isBytes = false;
  for (;;) {
    const word = words[at];
    if (word?.bare && GET_BYTES.test(word.value) && words[at + 1]?.value === '(') isBytes = true;
    else if (word?.mark && word.value === '(') open += 1;
    else break;
    at += 1;
  }
  const word = words[at];
  if (word === undefined || word.end || word.mark) return undefined;
  const read = word.bare && word.variable ? known.get(word.value.toLowerCase()) : word;
  if (typeof read?.value !== 'string' || (word.variable && !word.bare) || (word.bare && word.value.startsWith('[')))
    return undefined;
  for (; open > 0; open -= 1) {
    at += 1;
    if (!words[at]?.mark || words[at].value !== ')') return undefined;
  }
  return { value: read.value, isBytes: isBytes || read.isBytes === true, end: at };
}

function tableError() {
  return { error: 'The table of headers (@{ … }) is not closed, or holds more than "name" = "value".' };
}

function table(words, from) {
  const pairs = [];
  let at = from + 1;
  while (at < words.length) {
    if (words[at].value === '}' && words[at].mark) return { pairs, end: at };
    if (words[at].end || words[at].value === ',') {
      at += 1;
      continue;
    }
    const [name, equals, value] = words.slice(at, at + 3);
    if (equals?.value !== '=' || value === undefined || value.mark || value.variable) return undefined;
    pairs.push([name.value, value.value]);
    at += 3;
  }
  return undefined;
}

function pathOf(url) {
  const rest = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^#]*)/i.exec(url)?.[1] ?? url;
  return rest.startsWith('/') ? rest : `/${rest}`.replace(/^\/[^/?#]*:[0-9]+/, '') || '/';
}
