/** What is on the left: the two editors, and everything that is put into them. */

import { parseHeaders } from './delivery/headers.js';
import { recognise } from './delivery/recognise.js';
import { MAX_TEXT, size, toBytes, toText } from './delivery/text.js';
import { VENDORS } from './delivery/vendor.js';
import { POLICIES, settings, summary } from './model.js';
import { byId, toast } from './ui/dom.js';
import { editor } from './ui/editor.js';

/** What nobody needs before a click is fetched with it: the first view stays small. */
const dialogs = () => import('./ui/dialogs.js');

/** What belongs to the delivery and stands in no editor. */
export const state = {
  method: 'POST',
  target: '/',
  bytes: undefined,
  notices: [],
  /** What the receiver said of it, as its list has it; gone once somebody changes the delivery. */
  received: undefined,
};

/** Called after a keystroke, after anything else that changed the delivery, when there is something new to say, and when a body came alone. */
const tell = { edited() {}, taken() {}, noticed() {}, bodyAlone() {} };

export const listen = (listeners) => Object.assign(tell, listeners);

export const headersEditor = editor(byId('headers-editor'), {
  label: 'Headers',
  hint: 'Paste the headers here, one a line, each a name, a colon and a value.',
  onChange: changed,
  onPaste: (text) => pasted(text, 'headers'),
  onFiles: takeFiles,
});
export const bodyEditor = editor(byId('body-editor'), {
  label: 'Body',
  language: 'json',
  hint: 'Paste the body here, or anywhere the whole request: raw HTTP, a curl command, a HAR.',
  onChange: changed,
  onPaste: (text) => pasted(text, 'body'),
  onFiles: takeFiles,
});
let isIndented = true;
bodyEditor.setIndented(isIndented);
byId('indented').addEventListener('click', () => {
  isIndented = !isIndented;
  bodyEditor.setIndented(isIndented);
  byId('indented').setAttribute('aria-pressed', String(isIndented));
});

const EDITORS = { headers: headersEditor, body: bodyEditor };

let isQuiet = false;

function changed() {
  if (isQuiet) return;
  state.received = undefined;
  state.notices = state.notices.filter((notice) => notice.stays);
  tell.edited();
}

/** What the editors hold, as the model takes it. */
export function read() {
  return {
    headers: headersEditor.text(),
    body: state.bytes ? '' : bodyEditor.text(),
    bytes: state.bytes,
    method: state.method,
    target: state.target,
    received: state.received,
    vendorChosen: byId('vendor').value,
  };
}

/** A paste that is more than text at the cursor: a whole request, or too much. */
function pasted(text, where) {
  const target = where === 'headers' ? headersEditor : bodyEditor;
  const takesAll = target.isEmpty() || target.isAllSelected();
  if (text.length > MAX_TEXT || text.includes('\0')) {
    notify([{ kind: 'error', text: recognise(text).error ?? 'This text cannot be opened here.' }]);
    return true;
  }
  if (text.trim() === '') return false;
  const found = recognise(text);
  if (found.error) {
    // Text that is nothing by itself may be part of what is being typed.
    if (takesAll && where === 'headers' && /^HTTP\//.test(text)) {
      notify([{ kind: 'error', text: found.error }]);
      return true;
    }
    return false;
  }
  const isWhole = found.kind !== 'body' && found.kind !== 'bodies';
  if (
    found.kind === 'http' &&
    where === 'headers' &&
    found.deliveries[0].delivery.body === '' &&
    !/^[A-Z]+ \S+ HTTP|^> /m.test(text)
  )
    return false;
  if (!isWhole && !(takesAll && (where === 'headers' || found.kind === 'bodies' || headersEditor.isEmpty())))
    return false;
  takeFound(found);
  return true;
}

/** An error for people, or nothing. */
export function take(text) {
  const found = recognise(text);
  if (found.error) return found.error;
  takeFound(found);
  return undefined;
}

const KINDS = {
  http: 'a raw HTTP request',
  command: 'a command',
  har: 'a HAR entry',
  captured: 'a captured delivery',
  body: 'a body alone',
  bodies: 'several JSON documents',
};

function takeFound(found) {
  if (found.deliveries.length === 1) {
    set(found.deliveries[0].delivery, found.kind);
    if (found.kind === 'body') tell.bodyAlone();
    return;
  }
  dialogs().then(({ chooseDialog }) =>
    chooseDialog(
      'Which one?',
      `There are ${found.deliveries.length} of them. Choose the delivery to look at.`,
      found.deliveries.map(({ label, delivery }) => ({
        label,
        about: [summary(delivery), `${size((delivery.bytes ?? toBytes(delivery.body)).length)} of body`]
          .filter(Boolean)
          .join(', '),
        delivery,
      })),
      ({ delivery }) => set(delivery, found.kind),
    ),
  );
}

export async function takeFiles(files) {
  const [file] = files;
  if (!file) return undefined;
  const fail = (text) => {
    notify([{ kind: 'error', text }]);
    return text;
  };
  if (file.size > MAX_TEXT * 4)
    return fail(
      `${file.name} has ${size(file.size)}, and the page opens ${size(MAX_TEXT)} at the most. Use hookvet check FILE.`,
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = toText(bytes);
  if (text !== undefined) {
    const error = take(text);
    return error ? fail(error) : undefined;
  }
  if (bytes.length > MAX_TEXT)
    return fail(
      `${file.name} has ${size(bytes.length)}, and the page opens ${size(MAX_TEXT)} at the most. Use hookvet check FILE.`,
    );
  set(
    {
      method: 'POST',
      target: '/',
      headers: headersEditor.text(),
      body: '',
      bytes,
      notices: [
        {
          kind: 'warning',
          text: `${file.name} is no UTF-8 text, so its ${size(bytes.length)} are taken as the body, byte for byte, and cannot be edited here.`,
        },
      ],
    },
    'body',
  );
  return undefined;
}

/** Puts a delivery in, with a way back. */
export function set(delivery, kind) {
  const before = { ...read(), vendor: byId('vendor').value, notices: state.notices };
  place(delivery);
  state.notices = [...(delivery.notices ?? [])].map((notice) => ({ ...notice, stays: true }));
  const isEmpty = before.headers === '' && before.body === '' && !before.bytes;
  if (kind) {
    toast(
      `Taken as ${KINDS[kind]}.`,
      isEmpty
        ? undefined
        : {
            label: 'Back to what was there',
            run: () => {
              place(before);
              state.notices = before.notices;
              tell.taken();
            },
          },
    );
  }
  tell.taken();
}

function place(delivery) {
  isQuiet = true;
  state.method = delivery.method ?? 'POST';
  state.target = delivery.target ?? '/';
  state.bytes = delivery.bytes;
  state.received = delivery.received;
  headersEditor.set(delivery.headers ?? '');
  bodyEditor.set(delivery.body ?? '');
  isQuiet = false;
  byId('vendor').value = VENDORS[delivery.vendor] ? delivery.vendor : 'auto';
  const given = delivery.settings ?? {};
  if (POLICIES.includes(given.policy)) settings.policy = given.policy;
  if (given.rules) settings.rules = { ...given.rules };
  if (given.batches !== undefined) settings.batches = given.batches;
  if (given.secrets?.[0]) [settings.secret] = given.secrets;
  if (given.now !== undefined) Object.assign(settings, { when: 'given', given: given.now });
}

export function notify(notices) {
  state.notices = notices;
  tell.noticed();
}

export function applyChanges(changes) {
  for (const [name, target] of Object.entries(EDITORS)) {
    const mine = changes.filter((change) => change.editor === name).sort((a, b) => a.from - b.from);
    if (mine.length > 0) target.change(mine);
  }
  tell.taken();
}

export async function undo(changes) {
  const { undo: back } = await import('./ui/undo.js');
  for (const [name, target] of Object.entries(EDITORS)) {
    if (changes.some((change) => change.editor === name)) back(target.view);
  }
  tell.taken();
}

/** Shows a place of a finding. */
export function showPlace(place) {
  EDITORS[place.editor].show(place.from, place.to, { atEnd: place.isMissing });
}

/** Applies a fix; where a value is still to be written, the cursor goes there. */
export function applyFix(fix) {
  applyChanges(fix.changes);
  const last = fix.changes.at(-1);
  const target = EDITORS[last.editor];
  if (fix.isOpen) {
    const quoted = /""$/.test(last.insert) ? 1 : 0;
    const at = last.from + last.insert.length - quoted;
    target.show(at, at);
    target.view.dispatch({ selection: { anchor: at } });
  } else toast(`Done: ${fix.label}.`, { label: 'Undo', run: () => undo(fix.changes) });
}

/** Puts other headers in, and has the vendor found out by them. */
export function setHeaders(text) {
  byId('vendor').value = 'auto';
  headersEditor.set(text);
  tell.taken();
}

/** Writes a header over the one that there is, or behind the last. */
export function setHeader(name, value) {
  const lines = parseHeaders(headersEditor.text()).filter((line) => line.name?.toLowerCase() === name);
  if (lines.length > 0) {
    headersEditor.change(
      lines.map((line, at) => ({ from: line.valueFrom, to: line.valueTo, insert: at === 0 ? value : line.value })),
    );
  } else {
    const text = headersEditor.text();
    const insert = `${text === '' || text.endsWith('\n') ? '' : '\n'}${name}: ${value}`;
    headersEditor.change([{ from: text.length, to: text.length, insert }]);
  }
  tell.taken();
}

export function setBody(text) {
  bodyEditor.change([{ from: 0, to: bodyEditor.view.state.doc.length, insert: text }]);
  tell.taken();
}
