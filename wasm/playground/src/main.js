/** The page: what is on the left, judged, and shown on the right. */

import { headerPairs, headerValue, parseHeaders, printHeaders, toOctets } from './delivery/headers.js';
import { recognise } from './delivery/recognise.js';
import { lineEnds, loneSurrogate, MAX_TEXT, size, toBytes, toText } from './delivery/text.js';
import { guessVendor, VENDORS } from './delivery/vendor.js';
import * as engine from './engine.js';
import { fixesFor } from './judge/fixes.js';
import { placed } from './judge/places.js';
import { explain, readHeader, SIGNATURE_HEADER, secretProblem } from './judge/signature.js';
import { child, parseTree } from './judge/tree.js';
import { isPacked, unpack } from './takeaway/share.js';
import { byId, fill, h, toast } from './ui/dom.js';
import { editor } from './ui/editor.js';
import { showEvent } from './ui/event.js';
import { showFindings } from './ui/findings.js';
import { rulesPanel } from './ui/rules.js';
import { showSchema } from './ui/schema.js';
import { signaturePanel } from './ui/signature.js';
import { tabs } from './ui/tabs.js';
import { POLICIES, policySwitch, showVerdict } from './ui/verdict.js';

/** What nobody needs before a click is fetched with it: the first view stays small. */
const dialogs = () => import('./ui/dialogs.js');

/** Bodies above this length are judged after a pause, and not under every policy at once. */
const LARGE = 200_000;

const settings = { policy: 'standard', rules: {}, batches: false, secret: '', when: 'now', given: undefined };
const state = { method: 'POST', target: '/', bytes: undefined, notices: [], isReady: false, failure: undefined };
const schemas = new Map();
let rules = new Map();
let model;
let timer;

// What the delivery is.

const headersEditor = editor(byId('headers-editor'), {
  label: 'Headers',
  hint: 'ce-type: com.amlyze.customer.updated\ncontent-type: application/json',
  onChange: changed,
  onPaste: (text) => pasted(text, 'headers'),
  onFiles: takeFiles,
});
const bodyEditor = editor(byId('body-editor'), {
  label: 'Body',
  language: 'json',
  hint: 'Paste the body here, or anywhere the whole request: raw HTTP, a curl command, a HAR.',
  onChange: changed,
  onPaste: (text) => pasted(text, 'body'),
  onFiles: takeFiles,
});

let isQuiet = false;

function changed() {
  if (isQuiet) return;
  state.notices = state.notices.filter((notice) => notice.stays);
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (bodyEditor.view.state.doc.length > LARGE) timer = setTimeout(update, 300);
  else if (!schedule.isAsked) {
    schedule.isAsked = true;
    requestAnimationFrame(() => {
      schedule.isAsked = false;
      update();
    });
  }
}

/** What `hookvet serve` wrote into the page; `undefined` on a plain file host. */
function served() {
  try {
    return JSON.parse(document.querySelector('meta[name="hookvet-receiver"]').content);
  } catch {
    return undefined;
  }
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
function take(text) {
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
    return;
  }
  dialogs().then(({ chooseDialog }) =>
    chooseDialog(
      'Which one?',
      `There are ${found.deliveries.length} of them. Choose the delivery to look at.`,
      found.deliveries.map(({ label, delivery }) => ({
        label,
        about: `${size((delivery.bytes ?? toBytes(delivery.body)).length)} of body`,
        delivery,
      })),
      ({ delivery }) => set(delivery, found.kind),
    ),
  );
}

async function takeFiles(files) {
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
function set(delivery, kind) {
  const before = {
    method: state.method,
    target: state.target,
    headers: headersEditor.text(),
    body: bodyEditor.text(),
    bytes: state.bytes,
    vendor: byId('vendor').value,
    notices: state.notices,
  };
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
              update();
            },
          },
    );
  }
  update();
}

function place(delivery) {
  isQuiet = true;
  state.method = delivery.method ?? 'POST';
  state.target = delivery.target ?? '/';
  state.bytes = delivery.bytes;
  headersEditor.set(delivery.headers ?? '');
  bodyEditor.set(delivery.body ?? '');
  isQuiet = false;
  byId('vendor').value = VENDORS[delivery.vendor] ? delivery.vendor : 'auto';
  const given = delivery.settings ?? {};
  if (POLICIES.some(([name]) => name === given.policy)) settings.policy = given.policy;
  if (given.rules) settings.rules = { ...given.rules };
  if (given.batches !== undefined) settings.batches = given.batches;
  if (given.secrets?.[0]) [settings.secret] = given.secrets;
  if (given.now !== undefined) Object.assign(settings, { when: 'given', given: given.now });
}

function notify(notices) {
  state.notices = notices;
  showNotices();
}

// The model: everything that the panels show.

function build() {
  const headers = headersEditor.text();
  const body = state.bytes ? '' : bodyEditor.text();
  const pairs = headerPairs(headers);
  const vendorChosen = byId('vendor').value;
  const vendor = vendorChosen === 'auto' ? guessVendor(pairs, body) : vendorChosen;
  const bytes = state.bytes ?? toBytes(body);
  const now = timeOf(pairs);
  const problem = settings.secret === '' ? undefined : secretProblem(settings.secret);
  const next = {
    headers,
    body,
    bytes,
    pairs,
    vendor,
    vendorChosen,
    now,
    rules,
    settings: { ...settings },
    secretProblem: problem,
    secrets: settings.secret !== '' && !problem ? [settings.secret] : [],
    isText: state.bytes === undefined,
    method: state.method,
    target: state.target,
    findings: [],
    outcomes: undefined,
    isEmpty: headers.trim() === '' && bytes.length === 0,
    schemaBase: '',
    event: undefined,
    bytesNote: bytesNote(body),
  };
  if (next.isEmpty) return next;
  if (state.failure || !state.isReady) return { ...next, error: state.failure ?? 'The rules are still being fetched.' };
  const delivery = deliveryOf(next);
  const judged = engine.judge(delivery);
  if (judged.error !== undefined) return { ...next, error: judged.error };
  next.verdict = judged.verdict;
  next.event = judged.verdict.event ?? undefined;
  if (body.length < LARGE)
    next.outcomes = Object.fromEntries(POLICIES.map(([policy]) => [policy, engine.passes({ ...delivery, policy })]));
  next.tree = parseTree(body);
  const { mode } = judged.verdict;
  next.schemaBase = mode === 'structured' ? '/data' : '';
  next.dataTree = mode === 'structured' ? child(next.tree, 'data') : next.tree;
  const name = judged.verdict.schema?.replace(/^urn:hookvet:\w+:(.*):\d+$/, '$1');
  if (name) {
    const key = `${judged.verdict.vendor}/${name}`;
    if (!schemas.has(key)) {
      schemas.set(key, undefined);
      engine.schema(name, judged.verdict.vendor).then((schema) => {
        schemas.set(key, schema);
        update();
      });
    }
    next.schema = schemas.get(key);
    next.isLoadingSchema = next.schema === undefined;
    next.typeName = name;
  }
  next.types = engine.types(judged.verdict.vendor);
  const all = [...judged.verdict.findings, ...(judged.verdict.batch ?? []).flatMap((one) => one.findings)];
  next.findings = placed(all, next).map((finding) => {
    const refuses = refusesHere(finding);
    return { ...finding, refuses, fixes: fixesFor(finding, next) };
  });
  return next;
}

/** Works out why a signature does not verify, so that the finding can say it, and shows it when it is known. */
async function diagnose() {
  const mine = model;
  const mismatch = mine.findings.find((finding) => finding.rule === 'SIG-mismatch');
  const value = headerValue(mine.pairs, SIGNATURE_HEADER);
  if (
    !mismatch ||
    value === undefined ||
    !globalThis.crypto?.subtle ||
    mine.secrets.length === 0 ||
    mine.bytes.length > LARGE
  )
    return;
  const header = readHeader(value);
  if (header.problem) return;
  const { diagnosis } = await explain({
    secret: mine.secrets[0],
    header,
    body: mine.bytes,
    text: mine.isText ? mine.body : undefined,
  });
  if (mine !== model || !diagnosis) return;
  mine.diagnosis = diagnosis;
  showVerdict(mine);
  render(tab.current());
}

/** Whether a finding refuses under the policy in force: by its rule's own entry, and by its severity where that differs. */
function refusesHere({ rule, severity }) {
  const info = rules.get(rule);
  if (!settings.rules[rule] && info && info.severity === severity) return info.policies[settings.policy] === 'refuses';
  if (settings.policy === 'strict') return true;
  if (settings.policy === 'standard') return severity !== 'warning';
  if (settings.policy === 'tolerant') return severity === 'error';
  return severity === 'error' && info?.policies.observe === 'refuses';
}

function deliveryOf({ vendor, method, pairs, body, bytes, isText, secrets, now }) {
  const isWellFormed = isText && loneSurrogate(body) < 0;
  return {
    vendor,
    method,
    policy: settings.policy,
    rules: settings.rules,
    batches: settings.batches,
    secrets,
    now,
    headers: pairs.map(([name, value]) => [name, toOctets(value)]),
    body: isWellFormed ? body : bytes,
  };
}

function timeOf(pairs) {
  if (settings.when === 'given' && Number.isSafeInteger(settings.given) && settings.given >= 0) return settings.given;
  if (settings.when === 'signed') {
    const { timestamp, problem } = readHeader(headerValue(pairs, SIGNATURE_HEADER) ?? '');
    if (!problem && Number.isSafeInteger(Number(timestamp))) return Number(timestamp);
  }
  return Math.floor(Date.now() / 1000);
}

function bytesNote(body) {
  const ends = {
    none: 'one line',
    lf: 'line ends LF',
    crlf: 'line ends CRLF',
    cr: 'line ends CR',
    mixed: 'mixed line ends',
  }[lineEnds(body)];
  return `${ends}${/\n$/.test(body) ? ', ends with a line end' : ''}`;
}

// Showing it.

const app = {
  starters: [],
  schemaIsWhole: false,
  listsAll: false,
  findings: () => model.findings,
  /** A finding of the list as it is in the latest model, where its place may have moved. */
  now: (finding) =>
    model.findings.find(
      ({ rule, where, message }) => rule === finding.rule && where === finding.where && message === finding.message,
    ) ?? finding,
  listAll() {
    app.listsAll = true;
    render('findings');
  },
  show: (place) =>
    (place.editor === 'headers' ? headersEditor : bodyEditor).show(place.from, place.to, { atEnd: place.isMissing }),
  fix(fix) {
    applyChanges(fix.changes);
    const last = fix.changes.at(-1);
    const target = last.editor === 'headers' ? headersEditor : bodyEditor;
    if (fix.isOpen) {
      const quoted = /""$/.test(last.insert) ? 1 : 0;
      const at = last.from + last.insert.length - quoted;
      target.show(at, at);
      target.view.dispatch({ selection: { anchor: at } });
    } else toast(`Done: ${fix.label}.`, { label: 'Undo', run: () => undo(fix.changes) });
  },
  apply(changes, message) {
    applyChanges(changes);
    toast(message, { label: 'Undo', run: () => undo(changes) });
  },
  showRule(id) {
    tab.show('rules');
    panels.rules.find(id);
  },
  showTab: (id) => tab.show(id),
  openExamples,
  setSchemaWhole(isWhole) {
    app.schemaIsWhole = isWhole;
    render('schema');
  },
  setSecret(secret) {
    settings.secret = secret;
    schedule();
  },
  setTime(when, given) {
    settings.when = when;
    if (given !== undefined) settings.given = /^[0-9]{1,12}$/.test(given.trim()) ? Number(given) : undefined;
    else if (when === 'given') settings.given = Math.floor(Date.now() / 1000);
    update();
  },
  setHeader(name, value) {
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
    settings.when = 'now';
    update();
  },
  setBody(text) {
    bodyEditor.change([{ from: 0, to: bodyEditor.view.state.doc.length, insert: text }]);
    update();
  },
  setRule(id, level) {
    if (level === '') delete settings.rules[id];
    else settings.rules[id] = level;
    update();
  },
  /** The verdict on what is taken away, which may be masked. */
  judged(delivery) {
    const pairs = headerPairs(delivery.headers).map(([name, value]) => [name, toOctets(value)]);
    const { verdict, problem } = engine.judge({
      ...delivery,
      headers: pairs,
      body: delivery.bytes,
      now: delivery.now ?? model.now,
    });
    return { verdict, problem: problem && JSON.stringify(JSON.parse(problem), null, 2) };
  },
  address: ({ vendor }) =>
    config ? new URL(`./${vendor}`, location.href.replace(/#.*$/, '')).href : `http://127.0.0.1:8080/${vendor}`,
  linked(link) {
    history.replaceState(null, '', new URL(link).hash);
  },
  openReceived(one) {
    const found = recognise(JSON.stringify(one));
    if (found.error) return;
    set(found.deliveries[0].delivery, undefined);
    byId('vendor').value = one.vendor;
    update();
    toast('Opened as it was received.');
  },
  received(count) {
    tab.count('receiver', count > 0 ? String(count) : '');
  },
};

function applyChanges(changes) {
  for (const [name, target] of [
    ['headers', headersEditor],
    ['body', bodyEditor],
  ]) {
    const mine = changes.filter((change) => change.editor === name).sort((a, b) => a.from - b.from);
    if (mine.length > 0) target.change(mine);
  }
  update();
}

async function undo(changes) {
  const { undo: back } = await import('./ui/undo.js');
  for (const [name, target] of [
    ['headers', headersEditor],
    ['body', bodyEditor],
  ]) {
    if (changes.some((change) => change.editor === name)) back(target.view);
  }
  update();
}

const config = served();
const showPolicies = policySwitch(byId('policies'), (policy) => {
  settings.policy = policy;
  update();
});
const panels = {};
const tab = tabs(
  byId('tabs'),
  [
    { id: 'findings', label: 'Findings' },
    { id: 'event', label: 'Event' },
    { id: 'schema', label: 'Schema' },
    { id: 'signature', label: 'Signature' },
    { id: 'rules', label: 'Rules' },
    { id: 'take', label: 'Take away' },
    ...(config ? [{ id: 'receiver', label: 'Receiver' }] : []),
  ],
  (id) => {
    if (model) render(id);
  },
);
panels.signature = signaturePanel(tab.panel('signature'), app);
panels.rules = rulesPanel(tab.panel('rules'), app);
if (config) {
  import('./ui/receiver.js').then(({ receiverPanel }) => {
    panels.receiver = receiverPanel(tab.panel('receiver'), config, app);
    if (model) panels.receiver.update(model);
  });
}

function render(id) {
  switch (id) {
    case 'findings':
      showFindings(tab.panel(id), { ...model, hint: hintFor(model) }, app);
      break;
    case 'event':
      showEvent(tab.panel(id), model, app);
      break;
    case 'schema':
      showSchema(tab.panel(id), model, app);
      break;
    case 'signature':
      panels.signature(model);
      break;
    case 'rules':
      panels.rules.update(model);
      break;
    case 'take':
      panels.loading ??= import('./ui/take.js').then(({ takePanel }) => {
        panels.take = takePanel(tab.panel('take'), app);
        panels.take.update(model);
      });
      panels.take?.update(model);
      break;
    default:
      panels.receiver?.update(model);
  }
}

let shown = '';

function update() {
  clearTimeout(timer);
  model = build();
  // The editors first: they ask the browser for positions, which is cheap as long as nothing else has changed.
  underline();
  showMeta();
  // What has not changed is not drawn again: focus and selection stay where they are.
  const verdictText = JSON.stringify([
    model.isEmpty,
    model.error,
    model.verdict?.decision,
    model.verdict?.status,
    model.verdict?.authenticity,
    model.verdict?.schema,
    model.tree?.kind,
    model.findings.map(({ rule, where, message, refuses, severity, fixes, place }) => [
      rule,
      where,
      message,
      refuses,
      severity,
      Boolean(place),
      fixes.map(({ label }) => label),
    ]),
    model.outcomes,
    settings,
    rules.size,
    model.schema?.$id,
    model.vendor,
    // What is said about a signature depends on every byte.
    model.findings.some((finding) => finding.rule === 'SIG-mismatch') && [model.headers, model.body],
  ]);
  if (verdictText !== shown) {
    shown = verdictText;
    showVerdict(model);
    showPolicies(model);
    const refusing = model.findings.some((finding) => finding.refuses);
    tab.count(
      'findings',
      model.isEmpty || model.error !== undefined ? '' : String(model.findings.length),
      refusing ? 'error' : '',
    );
    render('findings');
    diagnose();
  }
  if (tab.current() !== 'findings') render(tab.current());
  showNotices();
}

function underline() {
  const ofEditor = (name) =>
    model.findings
      .filter((finding) => finding.place?.editor === name && !finding.place.isMissing)
      .map((finding) => ({
        from: finding.place.from,
        to: finding.place.to,
        severity: finding.refuses ? 'error' : finding.severity === 'warning' ? 'info' : 'warning',
        source: finding.rule,
        message: finding.message,
        actions: finding.fixes
          .filter((fix) => fix.isCertain)
          .map((fix) => ({ name: fix.label, apply: () => app.fix(fix) })),
      }));
  const lines = parseHeaders(model.headers)
    .filter((line) => line.problem !== undefined)
    .map((line) => ({ from: line.from, to: line.to, severity: 'error', message: line.problem }));
  headersEditor.mark([...ofEditor('headers'), ...lines]);
  bodyEditor.mark(ofEditor('body'));
  const missing = model.findings.filter((finding) => finding.place?.isMissing);
  const host = byId('missing');
  host.hidden = missing.length === 0;
  fill(
    host,
    missing.map((finding) =>
      h(
        'span',
        { className: 'absent' },
        h('code', {}, finding.place.name),
        ' is missing ',
        finding.fixes[0]
          ? h(
              'button',
              { type: 'button', 'data-key': `add ${finding.place.name}`, onclick: () => app.fix(finding.fixes[0]) },
              'Add it',
            )
          : null,
      ),
    ),
  );
}

function showMeta() {
  const { pairs, bytes, isText, method, target } = model;
  byId('headers-meta').textContent =
    pairs.length === 0
      ? ''
      : `${method} ${target.length > 40 ? `${target.slice(0, 40)}…` : target}, ${pairs.length} header${pairs.length === 1 ? '' : 's'}`;
  byId('body-meta').textContent =
    bytes.length === 0 ? '' : `${size(bytes.length)}${isText ? `, ${model.bytesNote}` : ', no text'}`;
  byId('bytes').hidden = !isText || bytes.length === 0;
  const automatic = byId('vendor').options[0];
  automatic.textContent =
    model.vendorChosen === 'auto' && !model.isEmpty
      ? `Told from the request: ${VENDORS[model.vendor]}`
      : 'Told from the request';
  const binary = byId('binary');
  binary.hidden = isText;
  byId('body-editor').hidden = !isText;
  if (!isText) {
    const head = Array.from(bytes.subarray(0, 256), (byte) => byte.toString(16).padStart(2, '0'));
    fill(
      binary,
      h('p', {}, `${size(bytes.length)} that are no UTF-8 text. They are judged as they are.`),
      h('pre', {}, head.join(' ').replace(/((?:\S+ ){16})/g, '$1\n') + (bytes.length > 256 ? ' …' : '')),
      h(
        'button',
        {
          type: 'button',
          onclick: () => {
            state.bytes = undefined;
            state.notices = [];
            update();
            bodyEditor.focus();
          },
        },
        'Take another body',
      ),
    );
  }
}

function showNotices() {
  const notices = [...state.notices, ...derivedNotices()];
  const key = JSON.stringify(notices.map(({ text }) => text));
  if (showNotices.key === key) return;
  showNotices.key = key;
  fill(
    byId('notices'),
    notices.map((notice) =>
      h(
        'div',
        { className: `notice ${notice.kind}` },
        h('p', {}, notice.text),
        notice.action ? h('button', { type: 'button', onclick: notice.action.run }, notice.action.label) : null,
        notice.stays || notice.kind === 'error'
          ? h(
              'button',
              {
                type: 'button',
                className: 'plain',
                'aria-label': 'Dismiss',
                onclick: () => {
                  state.notices = state.notices.filter((one) => one.text !== notice.text);
                  showNotices();
                },
              },
              '✕',
            )
          : null,
      ),
    ),
  );
}

/** What the delivery itself gives reason to say, besides its findings. */
function derivedNotices() {
  if (!model || model.isEmpty) return [];
  const notices = [];
  const { body, bytes, isText, pairs, method } = model;
  if (method !== 'POST') {
    const asPost = () => {
      state.method = 'POST';
      update();
    };
    notices.push({
      kind: 'warning',
      text: `The method is ${method}: a receiver answers 405 before it looks at anything else.`,
      action: { label: 'Judge it as a POST', run: asPost },
    });
  }
  if (/^application\/cloudevents-batch/i.test(headerValue(pairs, 'content-type') ?? '')) {
    const turn = () => {
      settings.batches = !settings.batches;
      update();
    };
    notices.push(
      settings.batches
        ? {
            kind: 'note',
            text: 'This is a batch, and it is judged as by a receiver that asked for batches.',
            action: { label: 'Judge as one that did not', run: turn },
          }
        : {
            kind: 'note',
            text: 'This is a batch, and it is judged as by a receiver that did not ask for batches.',
            action: { label: 'Judge as one that did', run: turn },
          },
    );
  }
  if (isText && loneSurrogate(body) >= 0) {
    notices.push({
      kind: 'warning',
      text: 'The body holds half of a surrogate pair, which no UTF-8 text can hold: a character was cut in two on the way here. It is judged as U+FFFD.',
    });
  }
  const length = Number(headerValue(pairs, 'content-length'));
  if (isText && bytes.length > 0 && Number.isInteger(length) && length > 0 && length !== bytes.length) {
    const compact = compactOf(body);
    const fits = compact !== undefined && toBytes(compact).length === length;
    notices.push({
      kind: 'note',
      text: `Content-Length says ${size(length)}, and the body here has ${size(bytes.length)}, so these are not the bytes that were sent${fits ? ': without its blanks and line ends it has just that length' : ''}. Only a signature would mind.`,
      action: fits ? { label: 'Write it so', run: () => app.setBody(compact) } : undefined,
    });
  }
  return notices;
}

function compactOf(body) {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** A body alone, where the sender says in headers which event it is: the page asks, and offers those that fit. */
function hintFor({ findings, isEmpty, error, vendor, tree, body }) {
  if (isEmpty || error !== undefined || vendor === 'dataspike' || tree?.kind !== 'object') return undefined;
  const lacksAll =
    findings.some((finding) => finding.rule === 'CE-M8') ||
    findings.filter((finding) => finding.rule === 'CE-A1').length >= 3;
  if (!lacksAll || child(tree, 'specversion')) return undefined;
  return h(
    'div',
    { className: 'ask' },
    h(
      'p',
      {},
      h('b', {}, 'This is a body without its headers. '),
      'CloudEvents senders say in ce- headers which event it is. If you know the event, choose it, and the page puts headers of an example in.',
    ),
    h('button', { type: 'button', onclick: () => chooseEvent(body) }, 'Choose the event…'),
  );
}

/** Events by how well their schema likes the body. */
async function chooseEvent(body) {
  const known = engine.events().filter((event) => event.vendor === 'amlyze');
  const all = await Promise.all(
    known.map(async (event) => ({
      event,
      example: (await engine.examples(event)).find((one) => one.kind === 'accepted'),
    })),
  );
  const headersOf = ({ event, example }) => {
    const isBinary = example.headers.some(([name]) => name === 'ce-type');
    if (isBinary) return example.headers;
    const { subject = '', id = '1', time = '' } = JSON.parse(example.body);
    return [
      ['ce-specversion', '1.0'],
      ['ce-id', id],
      ['ce-source', 'customer'],
      ['ce-type', event.type],
      ['ce-subject', subject],
      ['ce-time', time],
      ['content-type', 'application/json'],
    ];
  };
  const items = all
    .filter(({ example }) => example)
    .map((one) => {
      const headers = headersOf(one);
      const { verdict } = engine.judge({ vendor: 'amlyze', policy: 'standard', rules: {}, now: 0, headers, body });
      // The example's subject and time are not the body's, so what compares them says nothing.
      const findings = (verdict?.findings ?? []).filter((finding) => !/^AMLYZE-D(14|25)$/.test(finding.rule));
      return { label: one.event.title, count: findings.length, headers, type: one.event.type };
    })
    .sort((a, b) => a.count - b.count);
  const { chooseDialog } = await dialogs();
  chooseDialog(
    'Which event is it?',
    'Those that fit the body come first.',
    items.map((item) => ({
      ...item,
      about: `${item.type} – ${item.count === 0 ? 'fits' : `${item.count} finding${item.count === 1 ? '' : 's'}`}`,
    })),
    ({ headers }) => {
      byId('vendor').value = 'auto';
      headersEditor.set(printHeaders(headers));
      notify([
        {
          kind: 'note',
          stays: true,
          text: 'The headers are those of an example: id, subject and time are not the delivery’s own.',
        },
      ]);
      update();
    },
  );
}

// Examples.

async function openExamples() {
  if (!state.isReady) return;
  const { examplesDialog } = await dialogs();
  examplesDialog({
    events: [...engine.events(), ...OTHER],
    current: model?.typeName ? { vendor: model.verdict.vendor, type: model.typeName } : undefined,
    load: async (event) => (event.examples ? event.examples : engine.examples(event)),
    onChoose: (event, example) => takeExample(event, example),
  });
}

function takeExample(event, example) {
  const body = typeof example.body === 'string' ? indented(example.body) : JSON.stringify(example.body, null, 2);
  set({
    method: 'POST',
    target: '/',
    headers: printHeaders(example.headers),
    body,
    notices: [],
    vendor: event.vendor === 'cloudevents' ? 'cloudevents' : 'auto',
  });
  toast(`${event.title}: ${example.title}.`);
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Any other sender's event; the vendors’ own come with the package. */
const OTHER = [
  {
    vendor: 'cloudevents',
    type: 'com.example.order.created',
    title: 'An order',
    fires: 'Any sender of CloudEvents 1.0: headers are judged, the payload has no schema.',
    examples: [
      {
        kind: 'accepted',
        title: 'Binary mode',
        headers: [
          ['ce-specversion', '1.0'],
          ['ce-id', 'a-1'],
          ['ce-source', '/orders'],
          ['ce-type', 'com.example.order.created'],
          ['ce-subject', 'caf%C3%A9'],
          ['content-type', 'application/json'],
        ],
        body: '{"total":12}',
      },
      {
        kind: 'accepted',
        title: 'An escape that is not doubled, which strict refuses',
        about: 'CE-A-source',
        headers: [
          ['ce-specversion', '1.0'],
          ['ce-id', 'a-1'],
          ['ce-source', '/orders/new%20york'],
          ['ce-type', 'com.example.order.created'],
          ['content-type', 'application/json'],
        ],
        body: '{"total":12}',
      },
      {
        kind: 'refused',
        title: 'Nothing that identifies it',
        about: 'CE-A1',
        headers: [
          ['ce-specversion', '1.0'],
          ['content-type', 'application/json'],
        ],
        body: '{"total":12}',
      },
    ],
  },
];

async function starter(vendor, type, pick, title, about) {
  return {
    title,
    about,
    run: async () => {
      const event = engine.events().find((one) => one.vendor === vendor && one.type === type);
      const found = await engine.examples(event);
      takeExample(event, found.find(pick) ?? found[0]);
    },
  };
}

// Listeners of the page.

byId('vendor').addEventListener('change', update);
byId('open').addEventListener('click', async () => (await dialogs()).openDialog({ take, takeFiles }));
byId('examples').addEventListener('click', openExamples);
byId('keys').addEventListener('click', async () => (await dialogs()).keysDialog());
byId('clear').addEventListener('click', () => {
  set({ headers: '', body: '', notices: [] }, undefined);
  history.replaceState(null, '', location.pathname + location.search);
});
byId('bytes').addEventListener('click', (event) => {
  const action = event.target.closest('button')?.dataset.bytes;
  if (!action) return;
  const body = bodyEditor.text();
  const changes = {
    lf: () => body.replace(/\r\n?/g, '\n'),
    crlf: () => body.replace(/\r\n?|\n/g, '\r\n'),
    final: () => (body.endsWith('\n') ? body : `${body}${lineEnds(body) === 'crlf' ? '\r\n' : '\n'}`),
    trim: () => body.replace(/(\r?\n)+$/, ''),
    compact: () => compactOf(body) ?? body,
    indent: () => indented(body),
  };
  const next = changes[action]();
  if (next === body)
    toast(
      compactOf(body) === undefined && /compact|indent/.test(action)
        ? 'The body is no JSON, so it is left as it is.'
        : 'It is so already.',
    );
  else app.setBody(next);
  byId('bytes').open = false;
});
document.addEventListener('click', (event) => {
  if (byId('bytes').open && !byId('bytes').contains(event.target)) byId('bytes').open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && byId('bytes').open) {
    byId('bytes').open = false;
    byId('bytes').querySelector('summary').focus();
  }
  if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
  const run = {
    Digit1: () => headersEditor.focus(),
    Digit2: () => bodyEditor.focus(),
    Digit3: () => byId('verdict-heading').focus(),
    KeyO: () => byId('open').click(),
    KeyE: () => byId('examples').click(),
  }[event.code];
  if (!run) return;
  event.preventDefault();
  run();
});
for (const name of ['dragover', 'drop']) {
  document.addEventListener(name, (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes('Files')) return;
    event.preventDefault();
    if (name === 'drop') takeFiles([...event.dataTransfer.files]);
  });
}
const theme = byId('theme');
theme.addEventListener('change', () => {
  document.documentElement.dataset.theme = theme.value;
  try {
    localStorage.setItem('hookvet-theme', theme.value);
  } catch {
    // Private windows keep nothing; the choice lasts as long as the page.
  }
});
try {
  theme.value = localStorage.getItem('hookvet-theme') ?? 'auto';
  if (theme.value === '') theme.value = 'auto';
  document.documentElement.dataset.theme = theme.value;
} catch {
  // The same.
}

async function fromLink() {
  if (!isPacked(location.hash)) return;
  const shared = await unpack(location.hash);
  if (!shared) {
    notify([
      {
        kind: 'error',
        text: 'The link holds no delivery: it was cut off or changed on its way. Ask for it again, or for a file.',
      },
    ]);
    return;
  }
  const bytes =
    typeof shared.bytes === 'string' ? Uint8Array.from(atob(shared.bytes), (one) => one.charCodeAt(0)) : undefined;
  set(
    {
      ...shared,
      bytes,
      settings: { policy: shared.policy, rules: shared.rules, batches: shared.batches },
      notices: [{ kind: 'note', text: 'This delivery came with the link. It was not fetched from anywhere.' }],
    },
    undefined,
  );
}
addEventListener('hashchange', fromLink);

/** The texts of the rules come behind everything else; they only explain. */
function idle() {
  return new Promise((done) =>
    globalThis.requestIdleCallback ? requestIdleCallback(done, { timeout: 1000 }) : setTimeout(done, 200),
  );
}

// A signature ages while the page is open.
setInterval(() => {
  if (model && settings.when === 'now' && model.secrets.length > 0 && !document.hidden) update();
}, 15_000);

app.starters = await Promise.all([
  starter(
    'amlyze',
    'app.amlyze.related_entity.screening.sanctions.pending',
    (one) => one.kind === 'accepted',
    'AMLYZE, as documented',
    'A sanctions screening that waits for a decision',
  ),
  starter(
    'dataspike',
    'DOCVER',
    (one) => one.kind === 'accepted',
    'Dataspike, as documented',
    'A document verification has finished',
  ),
  starter(
    'amlyze',
    'com.amlyze.customer.updated',
    (one) => /risk level outside/i.test(one.title),
    'One that is refused',
    'A risk level that no document lists',
  ),
]);
tab.show('findings');
update();
await fromLink();
try {
  await engine.load();
  state.isReady = true;
} catch {
  state.failure =
    'The rules (hookvet.wasm) could not be fetched or started. Load the page again; if it goes on, its server does not send the file, or this browser has no WebAssembly.';
}
byId('verdict').classList.remove('loading');
update();
document.documentElement.dataset.ready = state.isReady ? 'yes' : 'no';
await idle();
rules = await engine.rules().catch(() => new Map());
update();
document.documentElement.dataset.rules = String(rules.size);
