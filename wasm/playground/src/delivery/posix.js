/** Reads the commands of a POSIX shell out of text, octet for octet as bash does. Nothing is run. */

import { toOctets } from './headers.js';
import { fromBase64, octetsOf } from './text.js';

const UNCLOSED = {
  "'": 'A single quote is not closed, so the command is cut off or its quoting was changed.',
  '"': 'A double quote is not closed, so the command is cut off or its quoting was changed.',
};

/** Commands inside of commands are read as deep as this. */
const MAX_DEPTH = 20;

/**
 * `{ commands, error }`. A command has `words`, the `input` that it finds on standard input (`undefined` where that is not in
 * the text), and `unknown`, the expansions whose value is not in the text. Words and input have one character for each octet.
 */
export function posixCommands(text) {
  return new Lexer(toOctets(text), new Map()).commands(false);
}

/** Whether bash reads a caret outside quotes in front of a quote, a line end or what the Windows prompt escapes. */
export function hasBareCaret(text) {
  const lexer = new Lexer(toOctets(text), new Map());
  lexer.commands(false);
  return lexer.hasCaret;
}

class Lexer {
  hasCaret = false;
  #source;
  #variables;
  #depth;
  #at = 0;
  #command;
  #word;
  /** The operator whose target is the next word. */
  #redirect;
  #hasQuotes = false;
  /** Here-documents whose text begins after the next line end. */
  #documents = [];
  #commands = [];

  constructor(source, variables, depth = 0) {
    this.#source = source;
    this.#variables = variables;
    this.#depth = depth;
  }

  get at() {
    return this.#at;
  }

  /** Reads to the end, or to the `)` that closes a substitution. */
  commands(isInner) {
    const source = this.#source;
    this.#start(undefined);
    while (this.#at < source.length) {
      const [character, next] = [source[this.#at], source[this.#at + 1]];
      if (character === "'" || (character === '$' && next === "'")) {
        const quoted = character === '$' ? ansiQuoted(source, this.#at + 2) : plainQuoted(source, this.#at + 1);
        if (!quoted) return this.#unclosed("'");
        this.#quote(quoted.value);
        this.#at = quoted.end;
      } else if (character === '"' || (character === '$' && next === '"')) {
        const value = this.#interpolated(this.#at + (character === '$' ? 2 : 1), '"');
        if (value === undefined) return this.#unclosed('"');
        this.#quote(value);
      } else if (character === '\\') {
        const joined = /^\\\r?\n/.exec(source.slice(this.#at, this.#at + 3));
        if (joined) this.#at += joined[0].length;
        else {
          this.#quote(next ?? '');
          this.#at += 2;
        }
      } else if (character === '$' || character === '`') {
        this.#add(this.#expansion());
      } else if (character === '\n') {
        this.#end(undefined);
        this.#at += 1;
        this.#readDocuments();
      } else if (/\s/.test(character)) {
        this.#endWord();
        this.#at += 1;
      } else if (character === '#' && this.#word === undefined) {
        const end = source.indexOf('\n', this.#at);
        this.#at = end < 0 ? source.length : end;
      } else if (isInner && character === ')') {
        break;
      } else if (character === '<' || character === '>' || (character === '&' && next === '>')) {
        this.#redirection();
      } else if (/[;&|()]/.test(character)) {
        const [operator] = /^(?:&&|\|\||\|&|;;|.)/.exec(source.slice(this.#at, this.#at + 2));
        this.#end(operator[0] === '|' && operator !== '||' ? this.#command : undefined);
        this.#at += operator.length;
      } else {
        if (character === '^' && /^(?:["{}%&<>|^]|\s*$|\s*\n)/.test(source.slice(this.#at + 1, this.#at + 80)))
          this.hasCaret = true;
        this.#add(character);
        this.#at += 1;
      }
    }
    this.#end(undefined);
    // Only now have all here-documents been read.
    for (const command of this.#commands) {
      if (command.from === undefined) continue;
      command.input ??= output(command.from);
      for (const one of command.from.unknown) command.unknown.add(one);
    }
    return { commands: this.#commands };
  }

  #unclosed(quote) {
    this.#endWord();
    return { commands: this.#commands, error: UNCLOSED[quote], within: this.#command };
  }

  #start(from) {
    this.#command = { words: [], input: undefined, unknown: new Set(), from };
  }

  #end(pipedFrom) {
    this.#endWord();
    const { words } = this.#command;
    const assigned = words.filter((word) => ASSIGNMENT.test(word));
    if (assigned.length > 0 && words.every((word) => ASSIGNMENT.test(word) || word === 'export')) {
      for (const word of assigned) {
        const [, name, value] = ASSIGNMENT.exec(word);
        this.#variables.set(name, value);
      }
    } else if (words.length > 0) this.#commands.push(this.#command);
    this.#start(pipedFrom);
  }

  #add(piece) {
    this.#word = (this.#word ?? '') + piece;
  }

  #quote(piece) {
    this.#hasQuotes = true;
    this.#add(piece);
  }

  #endWord() {
    const word = this.#word;
    if (word === undefined) return;
    const operator = this.#redirect;
    if (operator === undefined) this.#command.words.push(word);
    else if (operator === '<<<') this.#command.input = `${word}\n`;
    else if (operator.startsWith('<<')) {
      this.#documents.push({
        command: this.#command,
        end: word,
        isTabbed: operator === '<<-',
        isPlain: this.#hasQuotes,
      });
    } else if (operator === '<') this.#command.input = undefined;
    this.#word = undefined;
    this.#redirect = undefined;
    this.#hasQuotes = false;
  }

  #redirection() {
    // A number in front of it says which stream is meant.
    if (this.#word !== undefined && /^[0-9]+$/.test(this.#word) && !this.#hasQuotes) this.#word = undefined;
    this.#endWord();
    const rest = this.#source.slice(this.#at, this.#at + 4);
    if (/^[<>]\(/.test(rest) && this.#depth < MAX_DEPTH) {
      this.#command.unknown.add(`${rest[0]}(…)`);
      this.#at += 2;
      this.#inner();
      this.#add('/dev/fd/63');
      return;
    }
    const [operator] = /^(?:<<<|<<-|<<|<&|<>|<|&>>|&>|>>|>&|>\||>)/.exec(rest);
    this.#redirect = operator;
    this.#at += operator.length;
  }

  #readDocuments() {
    for (const { command, end, isTabbed, isPlain } of this.#documents) {
      let text = '';
      while (this.#at < this.#source.length) {
        const stop = this.#source.indexOf('\n', this.#at);
        const after = stop < 0 ? this.#source.length : stop + 1;
        let line = this.#source.slice(this.#at, after);
        this.#at = after;
        if (isTabbed) line = line.replace(/^\t+/, '');
        if (line.replace(/\r?\n$/, '') === end) break;
        text += line;
      }
      if (!isPlain) {
        const inside = new Lexer(text, this.#variables, this.#depth);
        inside.#command = command;
        text = inside.#interpolated(0, undefined);
      }
      command.input = text;
    }
    this.#documents = [];
  }

  /** The text up to `quote`, or to the end of a here-document, with what stands for something else in it. */
  #interpolated(from, quote) {
    const source = this.#source;
    let value = '';
    this.#at = from;
    while (this.#at < source.length && source[this.#at] !== quote) {
      const [character, next] = [source[this.#at], source[this.#at + 1]];
      if (character === '\\' && next !== undefined && ('$`\\\n'.includes(next) || next === quote)) {
        if (next !== '\n') value += next;
        this.#at += 2;
      } else if (character === '$' || character === '`') {
        value += this.#expansion();
      } else {
        value += character;
        this.#at += 1;
      }
    }
    if (quote === undefined) return value;
    if (this.#at >= source.length) return undefined;
    this.#at += 1;
    return value;
  }

  /** The value of what stands here; where it is not in the text, what stands here as it is. */
  #expansion() {
    const from = this.#at;
    const rest = this.#source.slice(from, from + 80);
    const unknown = () => {
      const text = this.#source.slice(from, this.#at);
      this.#command.unknown.add(text.length > 40 ? `${text.slice(0, 40)}…` : text);
      return text;
    };
    const name = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(rest);
    if (name) {
      this.#at += name[0].length;
      return this.#variables.get(name[1] ?? name[2]) ?? unknown();
    }
    if (rest.startsWith('$(') && rest[2] !== '(' && this.#depth < MAX_DEPTH) {
      this.#at += 2;
      const inner = this.#inner();
      const only = inner.commands.length === 1 ? output(inner.commands[0]) : undefined;
      return only === undefined ? unknown() : only.replace(/\n+$/, '');
    }
    const closing = rest.startsWith('${') ? '}' : rest.startsWith('$((') ? '))' : rest[0] === '`' ? '`' : '';
    if (closing !== '') {
      const end = this.#source.indexOf(closing, from + 1);
      this.#at = end < 0 ? this.#source.length : end + closing.length;
      return unknown();
    }
    this.#at += 1;
    if (!/^\$[0-9?!@*-]/.test(rest)) return '$';
    this.#at += 1;
    return unknown();
  }

  /** What stands up to the closing parenthesis, read as commands of their own. */
  #inner() {
    const inner = new Lexer(this.#source, new Map(this.#variables), this.#depth + 1);
    inner.#at = this.#at;
    const read = inner.commands(true);
    this.#at = inner.at + 1;
    for (const command of read.commands) for (const one of command.unknown) this.#command.unknown.add(one);
    return read;
  }
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=([^]*)$/;

/** What a command writes, where it does nothing but write what is in the text; else `undefined`. */
function output({ words, input }) {
  const [name, ...rest] = words;
  if (name === 'echo') {
    const hasFlag = /^-[neE]+$/.test(rest[0] ?? '');
    const flag = hasFlag ? rest.shift() : '';
    const text = rest.join(' ');
    if (flag.includes('e') && text.includes('\\')) return undefined;
    return flag.includes('n') ? text : `${text}\n`;
  }
  if (name === 'printf') {
    const [format = '', value] = rest;
    if (/^%s(\\n)?$/.test(format) && rest.length === 2) return format === '%s' ? value : `${value}\n`;
    return rest.length === 1 && !/[%\\]/.test(format) ? format : undefined;
  }
  if (name === 'cat' && (rest.length === 0 || (rest.length === 1 && rest[0] === '-'))) return input;
  if (name === 'base64' && rest.length === 1 && /^(-d|-D|--decode)$/.test(rest[0])) {
    const bytes = input === undefined ? undefined : fromBase64(input.replace(/\s/g, ''));
    return bytes && octetsOf(bytes);
  }
  return undefined;
}

function plainQuoted(source, from) {
  const end = source.indexOf("'", from);
  return end < 0 ? undefined : { value: source.slice(from, end), end: end + 1 };
}

const ANSI = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** `$'…'`: `\xHH` and `\NNN` are octets, `\uHHHH` a character in UTF-8. A NUL ends the text, as no argument can hold one. */
function ansiQuoted(source, from) {
  let value = '';
  let at = from;
  while (at < source.length && source[at] !== "'") {
    const code = /^\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|c([^]))/.exec(
      source.slice(at, at + 10),
    );
    if (code) {
      const [whole, u, upper, x, octal, control] = code;
      if (u ?? upper) value += utf8(Number.parseInt(u ?? upper, 16));
      else if (control) value += String.fromCharCode(control.charCodeAt(0) & 0x1f);
      else value += String.fromCharCode(Number.parseInt(x ?? octal, x ? 16 : 8) & 0xff);
      at += whole.length;
    } else if (source[at] === '\\') {
      value += ANSI[source[at + 1]] ?? source.slice(at, at + 2);
      at += 2;
    } else {
      value += source[at];
      at += 1;
    }
  }
  return at >= source.length ? undefined : { value: value.split('\0', 1)[0], end: at + 1 };
}

/** The octets of a code point in UTF-8, halves of surrogate pairs included, which bash writes like any other. */
function utf8(point) {
  if (point < 0xd800 || (point > 0xdfff && point <= 0x10ffff)) return toOctets(String.fromCodePoint(point));
  if (point > 0xdfff) return '';
  return String.fromCharCode(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
}
