/** Everything that shows a model: verdict, policies, tabs, underlines and notices. */

import { headerValue, parseHeaders } from './delivery/headers.js';
import { compacted } from './delivery/json.js';
import { loneSurrogate, size, toBytes } from './delivery/text.js';
import { VENDORS } from './delivery/vendor.js';
import { applyFix, bodyEditor, headersEditor, setBody, state } from './editors.js';
import { chooseEvent } from './examples.js';
import { diagnosisOf, lacksHeaders, rules, settings } from './model.js';
import { byId, fill, h } from './ui/dom.js';
import { showEvent } from './ui/event.js';
import { showFindings } from './ui/findings.js';
import { isOneLine } from './ui/indent.js';
import { rulesPanel } from './ui/rules.js';
import { showSchema } from './ui/schema.js';
import { signaturePanel } from './ui/signature.js';
import { tabs } from './ui/tabs.js';
import { policySwitch, showVerdict } from './ui/verdict.js';

let app;
let model;
let tab;
let showPolicies;
const panels = {};

/** Builds the panels. `given` is what they ask for; `config` what `hookvet serve` says of itself, if it serves the page. */
export function createView(given, config) {
  app = given;
  showPolicies = policySwitch(byId('policies'), (policy) => {
    settings.policy = policy;
    app.update();
  });
  tab = tabs(
    byId('tabs'),
    [
      { id: 'findings', label: 'Findings', isCounted: true },
      { id: 'event', label: 'Event' },
      { id: 'schema', label: 'Schema' },
      { id: 'signature', label: 'Signature' },
      { id: 'rules', label: 'Rules' },
      { id: 'take', label: 'Take away' },
      ...(config ? [{ id: 'receiver', label: 'Receiver', isCounted: true }] : []),
    ],
    (id) => {
      if (!model) return;
      render(id);
      if (id === 'rules') panels.rules.open();
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
}

export const showTab = (id) => tab.show(id);

/** A number beside the name of a tab. */
export const countOn = (id, text) => tab.count(id, text);

export function showRule(id) {
  tab.show('rules');
  panels.rules.find(id);
}

/** Draws the panel of a tab anew. */
export function render(id) {
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

/** Shows a model. */
export function show(next) {
  model = next;
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
    diagnose(next);
  }
  if (tab.current() !== 'findings') render(tab.current());
  showNotices();
}

/** Why a signature does not verify is found out behind the verdict, and shown when it is known. */
async function diagnose(mine) {
  const diagnosis = await diagnosisOf(mine);
  if (mine !== model || !diagnosis) return;
  mine.diagnosis = diagnosis;
  showVerdict(mine);
  render(tab.current());
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
          .map((fix) => ({ name: fix.label, apply: () => applyFix(fix) })),
      }));
  const lines = parseHeaders(model.headers)
    .filter((line) => line.problem !== undefined)
    .map((line) => ({ from: line.from, to: line.to, severity: 'error', message: line.problem }));
  headersEditor.mark([...ofEditor('headers'), ...lines]);
  const { unread } = model;
  const behind = unread
    ? [
        {
          from: unread.place.from,
          to: unread.place.to,
          severity: 'warning',
          message: `${unread.message}; the headers refuse the delivery before its body is read`,
        },
      ]
    : [];
  bodyEditor.mark([...ofEditor('body'), ...behind]);
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
              { type: 'button', 'data-key': `add ${finding.place.name}`, onclick: () => applyFix(finding.fixes[0]) },
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
  byId('indented').hidden = !isText || !isOneLine(model.body);
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
            app.update();
            bodyEditor.focus();
          },
        },
        'Take another body',
      ),
    );
  }
}

let shownNotices = '';

export function showNotices() {
  const notices = [...state.notices, ...derivedNotices()];
  const key = JSON.stringify(notices.map(({ text }) => text));
  if (shownNotices === key) return;
  shownNotices = key;
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
      app.update();
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
      app.update();
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
    const compact = compacted(body);
    const fits = compact !== undefined && toBytes(compact).length === length;
    notices.push({
      kind: 'note',
      text: `Content-Length says ${size(length)}, and the body here has ${size(bytes.length)}, so these are not the bytes that were sent${fits ? ': without its blanks and line ends it has just that length' : ''}. Only a signature would mind.`,
      action: fits ? { label: 'Write it so', run: () => setBody(compact) } : undefined,
    });
  }
  return notices;
}

/** A body alone: the page asks which event it is, and offers those that fit. */
function hintFor(model) {
  if (!lacksHeaders(model)) return undefined;
  return h(
    'div',
    { className: 'ask' },
    h(
      'p',
      {},
      h('b', {}, 'This is a body without its headers. '),
      'CloudEvents senders say in ce- headers which event it is. If you know the event, choose it, and the page puts headers of an example in.',
    ),
    h('button', { type: 'button', onclick: () => chooseEvent(model.body) }, 'Choose the event…'),
  );
}
