/** The page: what is on the left, judged, and shown on the right. */

import { compacted, indented } from './delivery/json.js';
import { recognise } from './delivery/recognise.js';
import { lineEnds } from './delivery/text.js';
import {
  applyChanges,
  applyFix,
  bodyEditor,
  headersEditor,
  listen,
  notify,
  read,
  set,
  setBody,
  setHeader,
  showPlace,
  take,
  takeFiles,
  undo,
} from './editors.js';
import { openExamples, pickEvent, starter } from './examples.js';
import { build, judged, LARGE, lacksHeaders, loadRules, rules, settings, start } from './model.js';
import { isPacked, unpack } from './takeaway/share.js';
import { byId, toast } from './ui/dom.js';
import { countOn, createView, render, show, showNotices, showRule, showTab } from './view.js';

const dialogs = () => import('./ui/dialogs.js');

let model;
let timer;
let isAsked = false;

function update() {
  clearTimeout(timer);
  model = build(read());
  show(model);
}

function schedule() {
  clearTimeout(timer);
  if (bodyEditor.view.state.doc.length > LARGE) timer = setTimeout(update, 300);
  else if (!isAsked) {
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      update();
    });
  }
}

/** What `hookvet serve` wrote into the page; `undefined` on a plain file host. */
function served() {
  try {
    return JSON.parse(document.querySelector('meta[name="hookvet-receiver"]').getAttribute('content'));
  } catch {
    return undefined;
  }
}

const config = served();

/** What the panels ask of the page. */
const app = {
  isServed: config !== undefined,
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
  show: showPlace,
  fix: applyFix,
  apply(changes, message) {
    applyChanges(changes);
    toast(message, { label: 'Undo', run: () => undo(changes) });
  },
  showRule,
  showTab,
  update,
  openExamples: () => openExamples(currentEvent()),
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
    settings.when = 'now';
    setHeader(name, value);
  },
  setBody,
  setRule(id, level) {
    if (level === '') delete settings.rules[id];
    else settings.rules[id] = level;
    update();
  },
  /** The verdict on what is taken away, which may be masked. */
  judged: (delivery) => judged({ ...delivery, now: delivery.now ?? model.now }),
  address: ({ vendor }) =>
    config ? new URL(`./${vendor}`, location.href.replace(/#.*$/, '')).href : `http://127.0.0.1:8080/${vendor}`,
  linked(link) {
    history.replaceState(null, '', new URL(link).hash);
  },
  /** Opens what the receiver has received; `summary` is what its list says of it. */
  openReceived(summary, request) {
    const found = recognise(JSON.stringify(request));
    if (found.error) return;
    set({ ...found.deliveries[0].delivery, vendor: summary.vendor, received: summary }, undefined);
    toast('Opened as it was received.');
  },
  received(count) {
    countOn('receiver', count > 0 ? String(count) : '');
  },
};

const currentEvent = () => (model?.typeName ? { vendor: model.verdict.vendor, type: model.typeName } : undefined);

if (config) byId('promise').textContent = 'Judged in this page. Only Send, in the Receiver tab, posts a delivery.';

listen({
  edited: schedule,
  taken: update,
  noticed: showNotices,
  bodyAlone: () => lacksHeaders(model) && pickEvent(model.body),
});
createView(app, config);

// Listeners of the page.

byId('vendor').addEventListener('change', update);
byId('open').addEventListener('click', async () => (await dialogs()).openDialog({ take, takeFiles }));
byId('examples').addEventListener('click', () => {
  if (model?.error === undefined) app.openExamples();
});
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
    compact: () => compacted(body) ?? body,
    indent: () => indented(body),
  };
  const next = changes[action]();
  if (next === body)
    toast(
      compacted(body) === undefined && /compact|indent/.test(action)
        ? 'The body is no JSON, so it is left as it is.'
        : 'It is so already.',
    );
  else setBody(next);
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
  // A function key that no browser and no keyboard layout takes.
  if (event.key !== 'F2' || event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]'))
    return;
  event.preventDefault();
  moveOn(event.shiftKey ? -1 : 1);
});

/** From one of the page's four places to the next: the ways in, headers, body, verdict. */
function moveOn(step) {
  const places = [
    { element: byId('open') },
    { element: byId('headers-editor'), focus: headersEditor.focus },
    { element: byId('body-editor'), focus: bodyEditor.focus },
    { element: byId('verdict-heading') },
  ];
  const active = document.activeElement;
  const isBehind = ({ element }) =>
    element === active || (element.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const at = active === document.body ? (step > 0 ? -1 : 0) : places.findLastIndex(isBehind);
  const { element, focus } = places[(at + step + places.length) % places.length];
  (focus ?? (() => element.focus()))();
}
for (const name of ['dragover', 'drop']) {
  document.addEventListener(name, (/** @type {DragEvent} */ event) => {
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
showTab('findings');
update();
await fromLink();
const isReady = await start(update);
byId('verdict').classList.remove('loading');
update();
document.documentElement.dataset.ready = isReady ? 'yes' : 'no';
await idle();
await loadRules();
update();
document.documentElement.dataset.rules = String(rules.size);
