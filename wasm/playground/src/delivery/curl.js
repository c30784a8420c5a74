/** A request as a command: curl in the quoting of three shells, and PowerShell's own commands. */

import { headerValue, printHeaders } from "./headers.js";
import { cmdWords, posixWords, powershellWords, shellOf } from "./words.js";

const COMMAND = /^\s*(?:[$>#%]\s+)?(?:PS [^>\n]*>\s*)?(?:curl(?:\.exe)?\b|(?:\$\w+\s*=\s*)?(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b)/i;

/** Options of curl that take a value and that say nothing about what is sent. */
const WITH_VALUE = new Set([
  "-o", "--output", "-w", "--write-out", "-m", "--max-time", "--connect-timeout", "--retry", "--retry-delay", "-x", "--proxy",
  "--cacert", "--cert", "-E", "--key", "--resolve", "--connect-to", "--interface", "-c", "--cookie-jar", "-K", "--config",
  "--ciphers", "--limit-rate", "-D", "--dump-header", "--trace", "--trace-ascii", "--max-redirs", "--retry-max-time",
]);

const FORM = "application/x-www-form-urlencoded";

export function looksLikeCommand(text) {
  return COMMAND.test(text) || /^\s*(\$session|\$headers|\$body)\s*=[\s\S]*Invoke-(WebRequest|RestMethod)/i.test(text);
}

/** A delivery, or `{ error }` that says what cannot be understood. */
export function parseCommand(input) {
  const text = input.replace(/^\s*(?:[$>#%]\s+)?(?:PS [^>\n]*>\s*)?(?=curl|Invoke|iwr|irm)/i, "");
  const shell = shellOf(text);
  if (shell === "powershell") return /^\s*curl(\.exe)?\s+-/i.test(text) || /^\s*curl\.exe\b/i.test(text) ? curlInPowershell(text) : powershell(text);
  const split = shell === "cmd" ? cmdWords(text) : posixWords(text);
  return split.error ? split : curl(split.words);
}

function curlInPowershell(text) {
  const split = powershellWords(text);
  if (split.error) return split;
  const end = split.words.findIndex((word) => word.end);
  const words = end < 0 ? split.words : split.words.slice(0, end);
  if (words.some((word) => word.variable)) return variableError();
  return curl(words.map((word) => word.value));
}

function variableError() {
  return {
    error: "The command takes a value from a PowerShell variable, and its text is not in what you pasted. Put the text in place of the variable.",
  };
}

function curl(words) {
  const notices = [];
  const pairs = [];
  const removed = new Set();
  const data = [];
  let method;
  let target = "/";
  let isJson = false;
  const rest = words.slice(1);
  for (let at = 0; at < rest.length; at += 1) {
    let option = rest[at];
    let attached;
    if (option.startsWith("--") && option.includes("=")) [option, attached] = splitOnce(option, "=");
    else if (/^-[XHdAeubFo]./.test(option)) [option, attached] = [option.slice(0, 2), option.slice(2)];
    const value = () => {
      if (attached !== undefined) return attached;
      at += 1;
      return rest[at] ?? "";
    };
    switch (option) {
      case "-X":
      case "--request":
        method = value().toUpperCase();
        break;
      case "-H":
      case "--header":
        addHeader(value(), pairs, removed, notices);
        break;
      case "-d":
      case "--data":
      case "--data-ascii":
      case "--data-binary":
      case "--data-raw":
      case "--json": {
        const text = value();
        if (option === "--json") isJson = true;
        if (text.startsWith("@") && option !== "--data-raw") notices.push(fromFile(text));
        else data.push(text);
        break;
      }
      case "--data-urlencode":
      case "-F":
      case "--form":
      case "--form-string":
        value();
        notices.push({ kind: "warning", text: `${option} sends a form, which no webhook here is. It was left out.` });
        break;
      case "-T":
      case "--upload-file":
        notices.push(fromFile(`@${value()}`));
        method ??= "PUT";
        break;
      case "-A":
      case "--user-agent":
        pairs.push(["user-agent", value()]);
        break;
      case "-e":
      case "--referer":
        pairs.push(["referer", value()]);
        break;
      case "-b":
      case "--cookie":
        pairs.push(["cookie", value()]);
        break;
      case "-u":
      case "--user":
        value();
        notices.push({ kind: "note", text: "The user and password of -u were left out; no rule looks at them." });
        break;
      case "-I":
      case "--head":
        method ??= "HEAD";
        break;
      case "-G":
      case "--get":
        method ??= "GET";
        break;
      case "--url":
        target = pathOf(value());
        break;
      default:
        if (WITH_VALUE.has(option)) value();
        else if (!option.startsWith("-")) target = pathOf(option);
    }
  }
  const named = (name) => headerValue(pairs, name) !== undefined || removed.has(name);
  if (isJson && !named("content-type")) pairs.push(["content-type", "application/json"]);
  if (data.length > 0 && !isJson && !named("content-type")) {
    pairs.push(["content-type", FORM]);
    notices.push({
      kind: "warning",
      text: `The command names no Content-Type, so curl sends ${FORM}. Add -H 'content-type: application/json' where the body is JSON.`,
    });
  }
  if (data.length > 1 && !isJson) notices.push({ kind: "note", text: "curl joins several -d with &; so they are joined here." });
  const body = data.join(isJson ? "" : "&");
  return { method: method ?? (data.length > 0 ? "POST" : "GET"), target, headers: printHeaders(pairs), body, notices };
}

function fromFile(text) {
  const name = text === "@-" ? "standard input" : `the file ${text.slice(1)}`;
  return {
    kind: "warning",
    text: `The body comes from ${name}, which a page cannot read. Drop the file on the body editor, or paste its text there.`,
  };
}

function addHeader(text, pairs, removed, notices) {
  if (text.startsWith("@")) {
    notices.push({ kind: "warning", text: "Headers from a file cannot be read here. Paste them into the header editor." });
    return;
  }
  const colon = text.indexOf(":");
  if (colon > 0) {
    const value = text.slice(colon + 1).trim();
    // curl leaves a header without a value out altogether.
    if (value === "") removed.add(text.slice(0, colon).trim().toLowerCase());
    else pairs.push([text.slice(0, colon).trim(), value]);
  } else if (text.endsWith(";")) pairs.push([text.slice(0, -1), ""]);
  else notices.push({ kind: "warning", text: "A -H option has no colon; curl sends no such header, so it was left out." });
}

/** `Invoke-WebRequest` and `Invoke-RestMethod`, as browsers copy them. */
function powershell(text) {
  const split = powershellWords(text);
  if (split.error) return split;
  const { words } = split;
  const start = words.findIndex((word) => /^(Invoke-(WebRequest|RestMethod)|iwr|irm|curl)$/i.test(word.value));
  if (start < 0) return { error: "This looks like PowerShell, and holds no Invoke-WebRequest, Invoke-RestMethod or curl.exe." };
  const tables = assignedTables(words.slice(0, start));
  const pairs = [];
  const notices = [];
  let method;
  let target = "/";
  let body = "";
  let contentType;
  for (let at = start + 1; at < words.length && !words[at].end; at += 1) {
    const word = words[at];
    const option = word.bare ? word.value.toLowerCase() : "";
    const next = words[at + 1];
    if (option.startsWith("-h") && "-headers".startsWith(option)) {
      if (next?.value === "@{") {
        const read = table(words, at + 1);
        if (!read) return { error: "The table of headers (@{ … }) is not closed, or holds more than \"name\" = \"value\"." };
        pairs.push(...read.pairs);
        at = read.end;
      } else if (next?.variable && tables.has(next.value.toLowerCase())) {
        pairs.push(...tables.get(next.value.toLowerCase()));
        at += 1;
      } else return variableError();
    } else if (["-method", "-uri", "-body", "-contenttype", "-useragent", "-websession", "-outfile", "-timeoutsec"].includes(option)) {
      at += 1;
      if (option === "-websession" || option === "-outfile" || option === "-timeoutsec") continue;
      if (next === undefined || next.mark) {
        return { error: `${word.value} takes an expression, and only text can be read here. Put the text in its place.` };
      }
      let value = next.value;
      if (next.variable) {
        const known = tables.get(value.toLowerCase());
        if (typeof known !== "string") return variableError();
        value = known;
      }
      if (option === "-method") method = value.toUpperCase();
      if (option === "-uri") target = pathOf(value);
      if (option === "-body") body = value;
      if (option === "-contenttype") contentType = value;
      if (option === "-useragent") pairs.push(["user-agent", value]);
    } else if (!word.bare || /^https?:/i.test(word.value)) target = pathOf(word.value);
  }
  if (contentType !== undefined) {
    const rest = pairs.filter(([name]) => name.toLowerCase() !== "content-type");
    pairs.splice(0, pairs.length, ...rest, ["content-type", contentType]);
  }
  const kept = pairs.filter(([name]) => !/^(method|authority|scheme|path)$/i.test(name));
  if (/[^\0-\x7f]/.test(body)) {
    notices.push({
      kind: "warning",
      text: "Windows PowerShell 5 sends such a body in Latin-1, PowerShell 7 in UTF-8. UTF-8 is taken here.",
    });
  }
  return { method: method ?? (body === "" ? "GET" : "POST"), target, headers: printHeaders(kept), body, notices };
}

/** `$name = "text"` and `$name = @{ … }` in front of the command. */
function assignedTables(words) {
  const known = new Map();
  for (let at = 0; at + 2 < words.length; at += 1) {
    if (!words[at].bare || !words[at].variable || words[at + 1].value !== "=") continue;
    const value = words[at + 2];
    if (value.value === "@{") {
      const read = table(words, at + 2);
      if (read) known.set(words[at].value.toLowerCase(), read.pairs);
    } else if (!value.bare && !value.mark && !value.variable) known.set(words[at].value.toLowerCase(), value.value);
  }
  return known;
}

function table(words, from) {
  const pairs = [];
  let at = from + 1;
  while (at < words.length) {
    if (words[at].value === "}" && words[at].mark) return { pairs, end: at };
    if (words[at].end || words[at].value === ",") {
      at += 1;
      continue;
    }
    const [name, equals, value] = words.slice(at, at + 3);
    if (equals?.value !== "=" || value === undefined || value.mark || value.variable) return undefined;
    pairs.push([name.value, value.value]);
    at += 3;
  }
  return undefined;
}

function pathOf(url) {
  const rest = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^#]*)/i.exec(url)?.[1] ?? url;
  return rest.startsWith("/") ? rest : `/${rest}`.replace(/^\/[^/?#]*:[0-9]+/, "") || "/";
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}
