/** The schema of the event as a table; what the body has is lit. */

import { documentedIn, pathsOf, rows } from '../judge/schema.js';
import { fill, h, prose } from './dom.js';

/** Lists of values up to this length are shown whole. */
const MAX_WORDS = 8;

const known = new WeakMap();

export function showSchema(panel, model, app) {
  if (model.isEmpty || model.error !== undefined)
    return fill(panel, h('p', { className: 'hint' }, 'The schema of the event will stand here.'));
  if (!model.schema) {
    return fill(
      panel,
      h(
        'div',
        { className: 'hint' },
        h(
          'p',
          {},
          model.isLoadingSchema
            ? 'The schema is being fetched…'
            : 'There is no schema for this delivery: no event type that the catalogue knows could be made out.',
        ),
        h('button', { type: 'button', onclick: app.openExamples }, 'See the known events'),
      ),
    );
  }
  const { schema } = model;
  if (!known.has(schema)) known.set(schema, rows(schema));
  const all = known.get(schema);
  const found = pathsOf(model.dataTree);
  const broken = new Map(
    model.findings
      .filter((finding) => finding.where.startsWith('body:'))
      .map((finding) => [finding.where.slice(5 + model.schemaBase.length), finding]),
  );
  const sources = documentedIn(schema);
  const isPresent = (row) => found.get(row.path) !== undefined;
  const shown = all.filter(
    (row) =>
      row.level === 0 ||
      app.schemaIsWhole ||
      isPresent(row) ||
      isPresent({ path: row.path.slice(0, row.path.lastIndexOf('/')) }),
  );
  const hiddenCount = all.length - shown.length;
  return fill(
    panel,
    h(
      'div',
      { className: 'schema-head' },
      h('h3', {}, schema.title),
      h('p', {}, prose(schema.description ?? '')),
      h('p', { className: 'small' }, h('code', {}, schema.$id)),
      sources.length > 0 &&
        h(
          'details',
          {},
          h(
            'summary',
            { 'data-key': 'schema-sources' },
            `Documented in ${sources.length} place${sources.length === 1 ? '' : 's'}`,
          ),
          h(
            'ul',
            { className: 'small' },
            sources.map((source) => h('li', {}, source)),
          ),
        ),
    ),
    (hiddenCount > 0 || app.schemaIsWhole) &&
      h(
        'label',
        { className: 'check' },
        h('input', {
          type: 'checkbox',
          'data-key': 'schema-whole',
          checked: app.schemaIsWhole,
          onchange: (event) => app.setSchemaWhole(event.target.checked),
        }),
        app.schemaIsWhole
          ? 'All members, at every level'
          : `Also the ${hiddenCount} members at levels that the body has not`,
      ),
    h(
      'div',
      { className: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Schema' },
      h(
        'table',
        { className: 'schema' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Member', 'Type', 'Needed', 'Meaning and allowed values'].map((name) => h('th', { scope: 'col' }, name)),
          ),
        ),
        h(
          'tbody',
          {},
          shown.map((row) => {
            const node = found.get(row.path);
            const finding = [...broken].find(([pointer]) => matches(row.path, pointer))?.[1];
            const isMissing = row.isRequired && !node && found.get(row.path.slice(0, row.path.lastIndexOf('/')));
            return h(
              'tr',
              {
                className: [node && 'present', finding && `broken ${finding.severity}`, isMissing && 'broken drift']
                  .filter(Boolean)
                  .join(' '),
              },
              h(
                'th',
                { scope: 'row' },
                h(
                  'span',
                  { className: `level level-${row.level}` },
                  node
                    ? h(
                        'button',
                        {
                          type: 'button',
                          className: 'where',
                          'data-key': `member ${row.path}`,
                          onclick: () => app.show({ editor: 'body', from: node.nameFrom ?? node.from, to: node.to }),
                        },
                        row.name,
                      )
                    : h('code', {}, row.name),
                ),
                h('span', { className: 'hidden' }, node ? ', in this body' : ''),
              ),
              h('td', {}, row.type),
              h(
                'td',
                {},
                row.isRequired
                  ? isMissing
                    ? h('b', {}, 'missing')
                    : 'required'
                  : h('span', { className: 'small' }, 'optional'),
              ),
              h(
                'td',
                {},
                prose(row.about),
                ' ',
                words(row),
                row.limits ? h('span', { className: 'small' }, ` ${row.limits}`) : null,
              ),
            );
          }),
        ),
      ),
    ),
    h(
      'p',
      { className: 'small legend' },
      h('span', { className: 'swatch present' }),
      ' in this body  ',
      h('span', { className: 'swatch broken' }),
      ' has a finding',
    ),
  );
}

function matches(path, pointer) {
  const a = path.split('/');
  const b = pointer.split('/');
  return a.length === b.length && a.every((part, at) => part === '*' || part === b[at]);
}

function words(row) {
  if (!row.allowed) return null;
  const shown = row.allowed.slice(0, MAX_WORDS).map((value) => [h('code', {}, String(value)), ' ']);
  if (row.allowed.length <= MAX_WORDS) return h('span', { className: 'words' }, shown);
  return h(
    'details',
    { className: 'words' },
    h('summary', {}, `one of ${row.allowed.length} words`),
    row.allowed.map((value) => [h('code', {}, String(value)), ' ']),
  );
}
