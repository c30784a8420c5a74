/** The findings, gravest first, each with its place, what is documented, whose side it is on, and fixes. */

import { blame, inOrder } from '../judge/blame.js';
import { certainChanges } from '../judge/fixes.js';
import { documentedIn, schemaAt, typeName } from '../judge/schema.js';
import { fill, h, prose } from './dom.js';

/** How many findings are listed at first: building a hundred takes longer than a keystroke may. */
const MAX_LISTED = 20;

const SEVERITY = { error: 'Error', drift: 'Drift', warning: 'Warning' };

/** `app`: `show(place)`, `apply(changes, message)`, `showRule(id)`, `showTab(id)`, `starters`. */
export function showFindings(panel, model, app) {
  if (model.isEmpty) return fill(panel, emptyState(app));
  if (model.error !== undefined)
    return fill(panel, h('p', { className: 'hint' }, 'Nothing can be said before that is put right.'));
  const findings = inOrder(model.findings);
  const parts = [];
  const certain = findings.filter((finding) => finding.fixes.some((fix) => fix.isCertain));
  if (certain.length > 1) {
    parts.push(
      h(
        'div',
        { className: 'fix-all' },
        h('span', {}, `${certain.length} findings have one right answer.`),
        h(
          'button',
          {
            type: 'button',
            'data-key': 'fix-all',
            onclick: () => app.apply(certainChanges(app.findings()), `${certain.length} places mended.`),
          },
          'Mend them all',
        ),
      ),
    );
  }
  if (model.hint) parts.push(model.hint);
  if (findings.length === 0) parts.push(allWell(model, app));
  const listed = app.listsAll ? findings : findings.slice(0, MAX_LISTED);
  parts.push(
    h(
      'ol',
      { className: 'findings' },
      listed.map((finding, index) => item(finding, index, model, app)),
    ),
  );
  if (listed.length < findings.length) {
    parts.push(
      h(
        'button',
        { type: 'button', 'data-key': 'list-all', onclick: app.listAll },
        `Show the other ${findings.length - listed.length} findings`,
      ),
    );
  }
  return fill(panel, parts);
}

function item(finding, index, model, app) {
  const { place, rule } = finding;
  const side = blame(finding, model.verdict.vendor, model.diagnosis);
  const info = model.rules.get(rule);
  const where = placeName(finding);
  const choices = finding.fixes.filter((fix) => fix.isChoice);
  const fixes = finding.fixes.filter((fix) => !fix.isChoice);
  const key = `${rule} ${finding.where} ${index}`;
  return h(
    'li',
    { className: `finding ${finding.severity}${finding.refuses ? ' refuses' : ''}` },
    h(
      'div',
      { className: 'finding-head' },
      h('span', { className: `badge ${finding.severity}` }, SEVERITY[finding.severity]),
      place
        ? h(
            'button',
            {
              type: 'button',
              className: 'where',
              'data-key': `where ${key}`,
              title: 'Show it in the editor',
              onclick: () => app.show(app.now(finding).place),
            },
            where,
          )
        : h('span', { className: 'where' }, where),
      h('span', { className: 'refuses-mark' }, finding.refuses ? 'refuses' : 'reported only'),
    ),
    h('p', { className: 'message' }, capital(finding.message)),
    fixes.length > 0 || choices.length > 0
      ? h(
          'div',
          { className: 'fixes' },
          choices.length > 0 && h('span', { className: 'choose' }, 'Choose:'),
          choices.map((fix) =>
            h(
              'button',
              {
                type: 'button',
                className: 'choice',
                'data-key': `fix ${key} ${fix.label}`,
                onclick: () => app.fix(sameFix(app.now(finding), fix)),
              },
              fix.label,
            ),
          ),
          fixes.map((fix) =>
            h(
              'button',
              {
                type: 'button',
                className: fix.isCertain ? 'mend' : '',
                'data-key': `fix ${key} ${fix.label}`,
                onclick: () => app.fix(sameFix(app.now(finding), fix)),
              },
              fix.label,
            ),
          ),
        )
      : null,
    h('p', { className: 'side' }, h('b', {}, side.who), '. ', side.what),
    h(
      'details',
      {
        className: 'documented',
        'data-rule': rule,
        ontoggle: (event) => {
          // Built when it is opened: most never are.
          const part = event.target.querySelector('.documented-part');
          if (event.target.classList.contains('documented') && part && !part.hasChildNodes())
            part.append(documentedHere(finding, model) ?? '');
        },
      },
      h('summary', { 'data-key': `doc ${key}` }, 'What is documented'),
      h(
        'div',
        {},
        info ? h('p', {}, `${capital(info.title)}.`) : null,
        info?.why ? h('p', {}, prose(info.why)) : null,
        h('div', { className: 'documented-part' }),
        h(
          'p',
          { className: 'small' },
          info ? `Source: ${info.source}. ` : '',
          h('button', { type: 'button', className: 'link', onclick: () => app.showRule(rule) }, `Rule ${rule}`),
        ),
      ),
    ),
    h(
      'button',
      {
        type: 'button',
        className: 'rule-id link',
        'data-key': `rule ${key}`,
        onclick: () => app.showRule(rule),
        title: 'Open the rule',
      },
      rule,
    ),
    finding.rule.startsWith('SIG-')
      ? h(
          'button',
          { type: 'button', className: 'link', onclick: () => app.showTab('signature') },
          'Compute the signature step by step',
        )
      : null,
  );
}

/** The same fix with the places that it has now: the list is not built anew when text in front of it grows. */
function sameFix(finding, fix) {
  return finding.fixes.find((one) => one.label === fix.label) ?? fix;
}

function documentedHere(finding, model) {
  const pointer = finding.where.startsWith('body:') ? finding.where.slice(5) : undefined;
  if (!model.schema || pointer === undefined || !pointer.startsWith(model.schemaBase)) return null;
  const schema = schemaAt(model.schema, pointer.slice(model.schemaBase.length));
  if (!schema) return h('p', { className: 'small' }, 'The schema of this event has no such member.');
  const sources = documentedIn(model.schema);
  return h(
    'div',
    { className: 'documented-here' },
    h(
      'p',
      {},
      h('code', {}, pointer.split('/').at(-1)),
      ': ',
      typeName(schema, model.schema),
      schema.description ? '. ' : '.',
      schema.description ? prose(schema.description) : '',
    ),
    sources.length > 0 &&
      h(
        'details',
        {},
        h('summary', {}, `Documented in ${sources.length} place${sources.length === 1 ? '' : 's'}`),
        h(
          'ul',
          { className: 'small' },
          sources.map((source) => h('li', {}, source)),
        ),
      ),
  );
}

export function placeName(finding) {
  const { where, place } = finding;
  if (where.startsWith('header:')) return `${where.slice(7)}${place?.isMissing ? ' (missing)' : ''}`;
  if (where === 'request') return 'the request';
  if (where === 'body') return 'body';
  return where.slice(5);
}

export function capital(text) {
  return /^[a-z][a-z]/.test(text) && !/^[a-z]+[A-Z_]/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
}

function allWell(model, app) {
  const event = model.verdict.event;
  return h(
    'div',
    { className: 'well' },
    h(
      'p',
      {},
      'No finding. Headers, ',
      model.verdict.authenticity === 'verified' ? 'signature, ' : '',
      'body and payload are as documented.',
    ),
    model.schema || !event
      ? null
      : h('p', { className: 'hint' }, 'No schema was looked at: this event type has none here.'),
    h('p', {}, h('button', { type: 'button', onclick: () => app.showTab('take') }, 'Take it away as a test')),
  );
}

function emptyState(app) {
  return h(
    'div',
    { className: 'start' },
    h('h3', {}, 'Or start with one of these'),
    h(
      'ul',
      { className: 'starters' },
      app.starters.map(({ title, about, run }) =>
        h(
          'li',
          {},
          h('button', { type: 'button', className: 'starter', onclick: run }, h('b', {}, title), h('span', {}, about)),
        ),
      ),
    ),
    h(
      'p',
      { className: 'small' },
      'Everything is judged in this page, by the same code that runs in the server. ',
      app.isServed
        ? 'Only Send, in the Receiver tab, posts a delivery: to this receiver, which keeps what it accepts.'
        : 'Nothing is sent anywhere, and nothing is kept.',
    ),
  );
}
