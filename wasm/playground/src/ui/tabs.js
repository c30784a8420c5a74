/** Tabs after the WAI-ARIA pattern: arrow keys move, one tab stop for all. */

import { h } from './dom.js';

export function tabs(host, items, onShow) {
  let current = items[0].id;
  const buttons = new Map();
  const panels = new Map();
  const list = h('div', { role: 'tablist', className: 'tablist', 'aria-label': 'What the verdict says' });
  for (const { id, label, isCounted } of items) {
    const button = h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${id}`,
        'aria-controls': `panel-${id}`,
        onclick: () => show(id),
      },
      h('span', { 'data-label': label }, label),
      // Its room is there from the start, so that no tab moves when there is something to count.
      isCounted && h('span', { className: 'count' }),
    );
    const panel = h('div', {
      role: 'tabpanel',
      id: `panel-${id}`,
      className: `panel panel-${id}`,
      'aria-labelledby': `tab-${id}`,
      tabindex: '0',
    });
    buttons.set(id, button);
    panels.set(id, panel);
    list.append(button);
  }
  list.addEventListener('keydown', (event) => {
    const ids = items.map(({ id }) => id).filter((id) => !buttons.get(id).hidden);
    const at = ids.indexOf(current);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(ids[(next + ids.length) % ids.length]);
    buttons.get(current).focus();
  });
  function show(id) {
    current = id;
    for (const [other, button] of buttons) {
      const isOn = other === id;
      button.setAttribute('aria-selected', String(isOn));
      button.tabIndex = isOn ? 0 : -1;
      panels.get(other).hidden = !isOn;
    }
    onShow(id);
  }
  host.append(list, ...panels.values());
  return {
    show,
    current: () => current,
    panel: (id) => panels.get(id),
    count(id, text, kind = '') {
      const badge = buttons.get(id).querySelector('.count');
      badge.textContent = text;
      badge.className = `count ${kind}`;
    },
    hide(id, isHidden) {
      buttons.get(id).hidden = isHidden;
    },
  };
}
