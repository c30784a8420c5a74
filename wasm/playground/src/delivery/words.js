/** Splitting a command line into its words, the way each shell does. */

/** Which shell a command is written for: `posix`, `cmd` or `powershell`. */
export function shellOf(text) {
  if (/^\s*(\$\w+\s*=|Invoke-(WebRequest|RestMethod)|iwr\b|irm\b)/im.test(text)) return "powershell";
  if (/`\s*\r?\n/.test(text) && !/\\\s*\r?\n/.test(text)) return "powershell";
  if (/\^\s*\r?\n|\^"|\^\{|\^%/.test(text)) return "cmd";
  return "posix";
}

/** Words of a POSIX shell, `$'…'` included; `{ error }` where a quote is not closed. */
export function posixWords(text) {
  const words = [];
  let word;
  let at = 0;
  const add = (piece) => {
    word = (word ?? "") + piece;
  };
  while (at < text.length) {
    const character = text[at];
    if (character === "'" || (character === "$" && text[at + 1] === "'")) {
      const isAnsi = character === "$";
      const quoted = isAnsi ? ansiQuoted(text, at + 2) : plainQuoted(text, at + 1);
      if (!quoted) return { error: "A single quote is not closed, so the command is cut off or its quoting was changed." };
      add(quoted.value);
      at = quoted.end;
    } else if (character === '"') {
      let value = "";
      at += 1;
      while (at < text.length && text[at] !== '"') {
        if (text[at] === "\\" && /[$`"\\\n]/.test(text[at + 1] ?? "")) {
          if (text[at + 1] !== "\n") value += text[at + 1];
          at += 2;
        } else {
          value += text[at];
          at += 1;
        }
      }
      if (at >= text.length) return { error: "A double quote is not closed, so the command is cut off or its quoting was changed." };
      add(value);
      at += 1;
    } else if (character === "\\") {
      if (text[at + 1] === "\n") at += 2;
      else if (text[at + 1] === "\r" && text[at + 2] === "\n") at += 3;
      else {
        add(text[at + 1] ?? "");
        at += 2;
      }
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (/[;|&<>]/.test(character)) {
      // What follows is another command, or where the output goes.
      break;
    } else {
      add(character);
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return { words };
}

function plainQuoted(text, from) {
  const end = text.indexOf("'", from);
  return end < 0 ? undefined : { value: text.slice(from, end), end: end + 1 };
}

const ANSI = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", e: "\x1b", f: "\f", v: "\v" };

/** `$'…'` of bash; `\xHH` stands for the character with that number, as browsers write it. */
function ansiQuoted(text, from) {
  let value = "";
  let at = from;
  while (at < text.length && text[at] !== "'") {
    if (text[at] !== "\\") {
      value += text[at];
      at += 1;
      continue;
    }
    const code = /^\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|x([0-9a-fA-F]{1,2})|([0-7]{1,3}))/.exec(text.slice(at, at + 10));
    if (code) {
      const [whole, u, upper, x, octal] = code;
      const point = octal ? Number.parseInt(octal, 8) : Number.parseInt(u ?? upper ?? x, 16);
      value += point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
      at += whole.length;
    } else {
      value += ANSI[text[at + 1]] ?? text[at + 1] ?? "";
      at += 2;
    }
  }
  return at >= text.length ? undefined : { value, end: at + 1 };
}

/** Words of the Windows command prompt: carets first, then the quoting that programs themselves undo. */
export function cmdWords(text) {
  let plain = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "^" && !isQuoted) {
      at += 1;
      if (text[at] === "\r") at += 1;
      if (text[at] === "\n") {
        // A line end after a caret joins the lines; a second one stands for itself.
        if (text[at + 1] === "\r") at += 1;
        if (text[at + 1] === "\n") {
          plain += "\n";
          at += 1;
        }
      } else plain += text[at] ?? "";
    } else {
      if (character === '"' && text[at - 1] !== "\\") isQuoted = !isQuoted;
      plain += character;
    }
  }
  const words = [];
  let word;
  let inside = false;
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain[at];
    if (character === "\\" && /^\\+"/.test(plain.slice(at, at + 32))) {
      const run = /^\\+/.exec(plain.slice(at))[0].length;
      word = (word ?? "") + "\\".repeat(run >> 1);
      at += run - 1;
      if (run % 2 === 1) {
        word += '"';
        at += 1;
      }
    } else if (character === '"') {
      word ??= "";
      if (inside && plain[at + 1] === '"') {
        word += '"';
        at += 1;
      } else inside = !inside;
    } else if (/\s/.test(character) && !inside) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (inside) return { error: "A double quote is not closed, so the command is cut off or its quoting was changed." };
  if (word !== undefined) words.push(word);
  return { words };
}

const BACKTICK = { n: "\n", r: "\r", t: "\t", 0: "\0", a: "\x07", b: "\b", f: "\f", v: "\v", e: "\x1b" };

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
    if (character === "`" && /^`\s*\r?\n/.test(text.slice(at, at + 80))) {
      at += /^`\s*\r?\n/.exec(text.slice(at))[0].length;
    } else if (/\s|[;|]/.test(character)) {
      if (/[\n;|]/.test(character)) words.push({ end: true, value: "" });
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
      if (!quoted) return { error: "A quote is not closed, so the command is cut off or its quoting was changed." };
      words.push({ value: quoted.value, variable: quoted.variable });
      at = quoted.end;
    } else if (/^(@\{|[{}=,()])/.test(text.slice(at, at + 2))) {
      const mark = text.startsWith("@{", at) ? "@{" : character;
      words.push({ value: mark, mark: true });
      at += mark.length;
    } else {
      const bare = /^[^\s'"`;|{}=,()]+/.exec(text.slice(at))?.[0] ?? character;
      words.push({ value: bare, bare: true, variable: bare.startsWith("$") });
      at += bare.length;
    }
  }
  return { words };
}

function powershellQuoted(text, from, quote) {
  let value = "";
  let variable = false;
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === quote) {
      if (text[at + 1] !== quote) return { value, variable, end: at + 1 };
      value += quote;
      at += 2;
    } else if (quote === '"' && character === "`") {
      value += BACKTICK[text[at + 1]] ?? text[at + 1] ?? "";
      at += 2;
    } else if (quote === '"' && character === "$") {
      const code = /^\$\(\[char\]([0-9]+)\)/.exec(text.slice(at, at + 20));
      if (code) {
        value += String.fromCharCode(Number(code[1]));
        at += code[0].length;
      } else {
        if (/[A-Za-z_({]/.test(text[at + 1] ?? "")) variable = true;
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
