/** Every rule: what it asks for, where it comes from, and how hard it is taken here. */

import { inOrder } from '../judge/blame.js';
import { fill, h, prose } from './dom.js';

const LEVELS = ['as the policy says', 'off', 'warning', 'drift', 'error'];

export function rulesPanel(panel, app) {
  const search = h('input', {
    type: 'search',
    id: 'rule-search',
    placeholder: 'Find a rule: id or words',
    oninput: () => show(),
  });
  const only = h('input', { type: 'checkbox', id: 'rule-only', onchange: () => show() });
  const list = h('div', { className: 'rule-list' });
  let model;
  let wanted;
  panel.append(
    h(
      'div',
      { className: 'row' },
      h('label', { htmlFor: 'rule-search', className: 'hidden' }, 'Find a rule'),
      search,
      h('label', { className: 'check' }, only, 'Only those broken or set here'),
    ),
    list,
  );

  const entry = (id) => list.querySelector(`[id="rule-${CSS.escape(id)}"]`);

  function show() {
    if (!model) return;
    const words = search.value.trim().toLowerCase();
    const broken = new Set(model.findings?.map((finding) => finding.rule));
    const set = model.settings.rules;
    const infos = [...model.rules.values()];
    for (const id of broken) if (!model.rules.has(id)) infos.push({ id });
    const shown = infos.filter(
      (rule) =>
        (words === '' || `${rule.id} ${rule.title ?? ''} ${rule.why ?? ''}`.toLowerCase().includes(words)) &&
        (!only.checked || broken.has(rule.id) || set[rule.id]),
    );
    fill(
      list,
      shown.length === 0
        ? h('p', { className: 'hint' }, 'No rule fits.')
        : h(
            'ul',
            { className: 'rules' },
            shown.map((rule) =>
              h(
                'li',
                { id: `rule-${rule.id}`, className: broken.has(rule.id) ? 'broken' : '', tabindex: '-1' },
                h(
                  'div',
                  { className: 'rule-head' },
                  h('h3', {}, rule.id),
                  rule.severity ? h('span', { className: `badge ${rule.severity}` }, rule.severity) : null,
                  broken.has(rule.id) ? h('span', { className: 'small' }, 'broken here') : null,
                  h(
                    'label',
                    {},
                    h('span', { className: 'hidden' }, `Level of ${rule.id}`),
                    h(
                      'select',
                      { 'data-key': `level ${rule.id}`, onchange: (event) => app.setRule(rule.id, event.target.value) },
                      LEVELS.map((level, at) =>
                        h(
                          'option',
                          { value: at === 0 ? '' : level, selected: (set[rule.id] ?? '') === (at === 0 ? '' : level) },
                          level,
                        ),
                      ),
                    ),
                  ),
                ),
                rule.title ? h('p', {}, `${rule.title[0].toUpperCase()}${rule.title.slice(1)}.`) : null,
                rule.why ? h('p', { className: 'small' }, prose(rule.why)) : null,
                rule.source ? h('p', { className: 'small' }, `Source: ${rule.source}`) : null,
              ),
            ),
          ),
    );
    if (wanted) {
      const element = entry(wanted);
      wanted = undefined;
      element?.scrollIntoView({ block: 'center' });
      element?.focus({ preventScroll: true });
    }
  }
  return {
    update(next) {
      model = next;
      show();
    },
    /** Brings the gravest broken rule into view. The focus stays on the tab. */
    open() {
      const id = inOrder(model?.findings ?? [])[0]?.rule;
      if (id !== undefined && search.value === '') entry(id)?.scrollIntoView({ block: 'center' });
    },
    find(id) {
      search.value = '';
      only.checked = false;
      wanted = id;
      show();
    },
  };
}
