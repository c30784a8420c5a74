/** Splitting a command line into its words, the way the shells of Windows do. */

import { toOctets } from './headers.js';

/** Whether a command is written for PowerShell. */
export function isPowershell(text) {
  if (/^\s*(\$\w+\s*=|Invoke-(WebRequest|RestMethod)|iwr\b|irm\b)/im.test(text)) return true;
  return /\s`[ \t]*\r?\n/.test(text) && !/\\\s*\r?\n/.test(text);
}

/** Commands of the Windows command prompt, `{ words }` each, in octets: carets first, then the quoting that programs undo. */
export function cmdCommands(text) {
  const commands = [];
  for (const line of cmdLines(text)) {
    const split = argumentsOf(line);
    if (split.error) return { commands, ...split };
    if (split.words.length > 0) commands.push(split);
  }
  return { commands };
}

/** The commands without their carets. */
function cmdLines(text) {
  const lines = [''];
  let isQuoted = false;
  const add = (piece) => {
    lines[lines.length - 1] += piece;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '^' && !isQuoted) {
      at += 1;
      if (text[at] === '\r') at += 1;
      if (text[at] === '\n') {
        // A line end after a caret joins the lines; a second one is part of the text.
        if (text[at + 1] === '\r') at += 1;
        if (text[at + 1] === '\n') {
          add('\n');
          at += 1;
        }
      } else add(text[at] ?? '');
    } else if (!isQuoted && /[&|\n]/.test(character)) {
      lines.push('');
    } else {
      if (character === '"' && text[at - 1] !== '\\') isQuoted = !isQuoted;
      add(character);
    }
  }
  return lines;
}

/** The words that a program makes of its command line. */
function argumentsOf(line) {
  const words = [];
  let word;
  let inside = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at];
    if (character === '\\' && /^\\+"/.test(line.slice(at, at + 32))) {
      const run = /^\\+/.exec(line.slice(at))[0].length;
      word = (word ?? '') + '\\'.repeat(run >> 1);
      at += run - 1;
      if (run % 2 === 1) {
        word += '"';
        at += 1;
      }
    } else if (character === '"') {
      word ??= '';
      if (inside && line[at + 1] === '"') {
        word += '"';
        at += 1;
      } else inside = !inside;
    } else if (/\s/.test(character) && !inside) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  const octets = words.map(toOctets);
  if (inside)
    return {
      within: { words: octets },
      error: 'A double quote is not closed, so the command is cut off or its quoting was changed.',
    };
  return { words: octets };
}

const BACKTICK = { n: '\n', r: '\r', t: '\t', 0: '\0', a: '\x07', b: '\b', f: '\f', v: '\v', e: '\x1b' };

/**
 * Words of PowerShell. A word that was not quoted has `bare`, since `$body` in quotes and without are both variables and
 * `@{` opens a table.
 */
export function powershellWords(text) {
  const words = [];
  let at = 0;
  while (at < text.length) {
    const here = /^@(['"])\r?\n/.exec(text.slice(at, at + 4));
    const character = text[at];
    if (character === '`' && /^`\s*\r?\n/.test(text.slice(at, at + 80))) {
      at += /^`\s*\r?\n/.exec(text.slice(at))[0].length;
    } else if (/\s|[;|]/.test(character)) {
      if (/[\n;|]/.test(character)) words.push({ end: true, value: '' });
      at += 1;
    } else if (here) {
      const closing = new RegExp(`\\r?\\n${here[1]}@`);
      const from = at + here[0].length;
      const end = closing.exec(text.slice(from - 1));
      if (!end) return { error: `A here-string is not closed. It ends with ${here[1]}@ at the start of a line.` };
      const value = text.slice(from, Math.max(from, from - 1 + end.index));
      words.push({ value, variable: here[1] === '"' && /\$[A-Za-z_({]/.test(value) });
      at = from - 1 + end.index + end[0].length;
    } else if (character === "'" || character === '"') {
      const quoted = powershellQuoted(text, at + 1, character);
      if (!quoted) return { error: 'A quote is not closed, so the command is cut off or its quoting was changed.' };
      words.push({ value: quoted.value, variable: quoted.variable });
      at = quoted.end;
    } else if (/^(@\{|[{}=,()])/.test(text.slice(at, at + 2))) {
      const mark = text.startsWith('@{', at) ? '@{' : character;
      words.push({ value: mark, mark: true });
      at += mark.length;
    } else {
      const bare = /^[^\s'"`;|{}=,()]+/.exec(text.slice(at))?.[0] ?? character;
      words.push({ value: bare, bare: true, variable: bare.startsWith('$') });
      at += bare.length;
    }
  }
  return { words };
}

function powershellQuoted(text, from, quote) {
  let value = '';
  let variable = false;
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === quote) {
      if (text[at + 1] !== quote) return { value, variable, end: at + 1 };
      value += quote;
      at += 2;
    } else if (quote === '"' && character === '`') {
      value += BACKTICK[text[at + 1]] ?? text[at + 1] ?? '';
      at += 2;
    } else if (quote === '"' && character === '$') {
      const code = /^\$\(\[char\]([0-9]+)\)/.exec(text.slice(at, at + 20));
      if (code) {
        value += String.fromCharCode(Number(code[1]));
        at += code[0].length;
      } else {
        if (/[A-Za-z_({]/.test(text[at + 1] ?? '')) variable = true;
        value += character;
        at += 1;
      }
    } else {
      value += character;
      at += 1;
    }
  }
  return undefined;
}
