/** The event as it was decoded, each attribute beside the header or member that it came from. */

import { parseHeaders } from '../delivery/headers.js';
import { textOf } from '../judge/tree.js';
import { fill, h } from './dom.js';

const MEANING = {
  specversion: 'version of CloudEvents',
  id: 'unique for its source',
  type: 'which event it is',
  source: 'where it happened',
  subject: 'what it is about',
  time: 'when it happened',
  datacontenttype: 'what the data is',
  dataschema: 'the data’s schema',
  dataref: 'where the data lies',
};

export function showEvent(panel, model, app) {
  if (model.isEmpty || model.error !== undefined)
    return fill(panel, h('p', { className: 'hint' }, 'There is no event to show yet.'));
  const { verdict } = model;
  if (verdict.batch) {
    return fill(
      panel,
      h('p', {}, `A batch of ${verdict.batch.length} events.`),
      h(
        'ol',
        { className: 'batch' },
        verdict.batch.map((one) =>
          h(
            'li',
            {},
            h('span', { className: `badge ${one.decision === 'accept' ? 'ok' : 'error'}` }, one.decision),
            ' ',
            one.event ? h('code', {}, one.event.type) : 'no event could be made out',
          ),
        ),
      ),
    );
  }
  const { event } = verdict;
  if (!event) {
    return fill(
      panel,
      h(
        'p',
        { className: 'hint' },
        'No event could be made out: id, type or source cannot be read. The findings say why.',
      ),
    );
  }
  const facts = [
    [
      'Mode',
      {
        binary: 'binary: attributes in headers, data in the body',
        structured: 'structured: everything in the body',
        json: 'signed JSON, not CloudEvents',
        batched: 'batch',
      }[verdict.mode],
    ],
    ['Key', event.key, 'for telling duplicates: the same key is the same event, sent again'],
    ['Schema', verdict.schema ?? 'none: this event type is not in the catalogue'],
  ];
  const rows = [
    ['specversion', event.attributes?.specversion],
    ['id', event.id],
    ['type', event.type],
    ['source', event.source],
    ['subject', event.subject],
    ['time', event.time],
    ...Object.entries(event.attributes ?? {}).filter(([name]) => name !== 'specversion'),
  ].filter(([, value]) => value !== null && value !== undefined);
  return fill(
    panel,
    h(
      'dl',
      { className: 'facts' },
      facts.map(([name, value, about]) => [
        h('dt', {}, name),
        h('dd', {}, h('code', {}, value), about ? h('span', { className: 'small' }, ` ${about}`) : null),
      ]),
    ),
    h(
      'div',
      { className: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Attributes' },
      h(
        'table',
        { className: 'attributes' },
        h(
          'caption',
          {},
          verdict.mode === 'binary'
            ? 'Decoded attributes beside the headers they came in'
            : 'Decoded attributes beside the members they came in',
        ),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'Attribute'),
            h('th', { scope: 'col' }, 'Decoded'),
            h('th', { scope: 'col' }, 'As it came'),
          ),
        ),
        h(
          'tbody',
          {},
          rows.map(([name, value]) => {
            const raw = rawOf(name, model);
            const text = String(value);
            return h(
              'tr',
              { className: raw && raw.text !== text ? 'differs' : '' },
              h('th', { scope: 'row' }, name, MEANING[name] ? h('span', { className: 'small' }, MEANING[name]) : null),
              h('td', {}, h('code', {}, text)),
              h(
                'td',
                {},
                raw
                  ? h(
                      'button',
                      { type: 'button', className: 'where', onclick: () => app.show(raw.place) },
                      raw.text === text ? `${raw.name}, the same` : raw.text,
                    )
                  : h('span', { className: 'small' }, 'not sent'),
              ),
            );
          }),
        ),
      ),
    ),
  );
}

/** What an attribute was made from. */
function rawOf(name, model) {
  if (model.verdict.mode === 'binary') {
    const header = name === 'datacontenttype' ? 'content-type' : `ce-${name}`;
    const line = parseHeaders(model.headers).find((one) => one.name?.toLowerCase() === header);
    return (
      line && { name: header, text: line.value, place: { editor: 'headers', from: line.valueFrom, to: line.valueTo } }
    );
  }
  const names =
    model.verdict.mode === 'json'
      ? { type: 'event_type', source: 'webhook_id', time: 'timestamp', id: 'id', subject: 'payload/applicant_id' }
      : {};
  let node = model.tree;
  for (const part of (names[name] ?? name).split('/')) node = node?.children?.findLast((one) => one.name === part);
  if (!node) return undefined;
  const raw = model.body.slice(node.from, node.to);
  return {
    name: names[name] ?? name,
    text: node.kind === 'string' ? textOf(raw) : raw,
    place: { editor: 'body', from: node.from, to: node.to },
  };
}
