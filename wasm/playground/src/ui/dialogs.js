/** Dialogs: paste or open, choose among several, examples, keyboard. */

import { VENDORS } from '../delivery/vendor.js';
import { fill, h } from './dom.js';

function dialog(title, ...content) {
  const heading = h('h2', { id: `dialog-${title.replace(/\W/g, '').toLowerCase()}` }, title);
  const element = h(
    'dialog',
    { 'aria-labelledby': heading.id },
    h(
      'div',
      { className: 'dialog-head' },
      heading,
      h('button', { type: 'button', className: 'plain', 'aria-label': 'Close', onclick: () => element.close() }, '✕'),
    ),
    content,
  );
  element.addEventListener('close', () => element.remove());
  element.addEventListener('click', (event) => {
    if (event.target === element) element.close();
  });
  document.body.append(element);
  element.showModal();
  return element;
}

/** `app.take(text)` returns an error or nothing; `app.takeFiles(files)` likewise, later. */
export function openDialog(app) {
  let raw;
  const problem = h('p', { className: 'wrong', role: 'alert' });
  const area = h('textarea', { id: 'paste', rows: '12', spellcheck: 'false', 'aria-describedby': 'paste-about' });
  const file = h('input', { type: 'file', id: 'file' });
  const element = dialog(
    'Paste or open',
    h(
      'p',
      { id: 'paste-about' },
      'A raw HTTP request, a curl or PowerShell command, a HAR or one entry of it, headers with a body, or JSON alone: the page works out which it is.',
    ),
    h('label', { htmlFor: 'paste', className: 'hidden' }, 'What arrived'),
    area,
    problem,
    h(
      'div',
      { className: 'row' },
      h(
        'button',
        {
          type: 'button',
          className: 'primary',
          onclick: () => finish(app.take(raw && raw.replace(/\r\n?/g, '\n') === area.value ? raw : area.value)),
        },
        'Take it',
      ),
      h('label', { htmlFor: 'file' }, 'or a file'),
      file,
    ),
  );
  const finish = (error) => {
    problem.textContent = error ?? '';
    if (!error && element.isConnected) element.close();
  };
  // A text area turns CRLF into LF; the clipboard still has the bytes as they were.
  area.addEventListener('paste', (event) => {
    raw = event.clipboardData?.getData('text/plain');
    if (raw && raw.length > 200_000) {
      // More than a text area shows in reasonable time.
      event.preventDefault();
      finish(app.take(raw));
    }
  });
  file.addEventListener('change', async () => finish(await app.takeFiles([...file.files])));
  area.focus();
}

export function chooseDialog(title, about, items, onChoose) {
  const search = h('input', { type: 'search', placeholder: 'Find', 'aria-label': 'Find', oninput: () => show() });
  const list = h('div', { className: 'choices' });
  const element = dialog(title, h('p', {}, about), items.length > 8 ? search : null, list);
  const show = () => {
    const words = search.value.toLowerCase();
    const shown = items
      .filter((item) => `${item.label} ${item.about ?? ''}`.toLowerCase().includes(words))
      .slice(0, 200);
    fill(
      list,
      shown.length === 0
        ? h('p', { className: 'hint' }, 'None fits.')
        : h(
            'ul',
            {},
            shown.map((item) =>
              h(
                'li',
                {},
                h(
                  'button',
                  {
                    type: 'button',
                    onclick: () => {
                      element.close();
                      onChoose(item);
                    },
                  },
                  h('b', {}, item.label),
                  item.about ? h('span', {}, item.about) : null,
                ),
              ),
            ),
          ),
    );
  };
  show();
  if (items.length > 8) search.focus();
  else list.querySelector('button')?.focus();
}

/** `load(event)` gives its examples, `onChoose(event, example)` takes one. */
export function examplesDialog({ events, current, load, onChoose }) {
  const vendor = h(
    'select',
    { id: 'example-vendor' },
    Object.entries(VENDORS).map(([id, name]) => h('option', { value: id }, name)),
  );
  const type = h('select', { id: 'example-type' });
  const list = h('div', { className: 'choices' });
  const element = dialog(
    'Examples',
    h(
      'div',
      { className: 'form' },
      h('label', { htmlFor: 'example-vendor' }, 'Vendor'),
      vendor,
      h('label', { htmlFor: 'example-type' }, 'Event'),
      type,
    ),
    list,
  );
  const ofVendor = () => events.filter((event) => event.vendor === vendor.value);
  const fillTypes = () => {
    fill(
      type,
      ofVendor().map((event) => h('option', { value: event.type }, `${event.title} – ${event.type}`)),
    );
    show();
  };
  let round = 0;
  const show = async () => {
    const event = ofVendor().find((one) => one.type === type.value);
    if (!event) return;
    round += 1;
    const mine = round;
    fill(list, h('p', { className: 'hint' }, 'Fetching…'));
    let found;
    try {
      found = await load(event);
    } catch {
      fill(list, h('p', { className: 'wrong' }, 'The examples could not be fetched. Is the server still there?'));
      return;
    }
    if (mine !== round) return;
    const group = (kind, title) => {
      const some = found.filter((one) => one.kind === kind);
      return some.length === 0
        ? null
        : [
            h('h3', {}, title),
            h(
              'ul',
              {},
              some.map((one) =>
                h(
                  'li',
                  {},
                  h(
                    'button',
                    {
                      type: 'button',
                      onclick: () => {
                        element.close();
                        onChoose(event, one);
                      },
                    },
                    h('b', {}, one.title),
                    one.about ? h('span', {}, one.about) : null,
                  ),
                ),
              ),
            ),
          ];
    };
    fill(
      list,
      h('p', { className: 'small' }, event.fires ?? ''),
      group('accepted', 'As documented'),
      group('refused', 'Make it fail'),
    );
  };
  vendor.addEventListener('change', fillTypes);
  type.addEventListener('change', show);
  vendor.value = current?.vendor && VENDORS[current.vendor] ? current.vendor : 'amlyze';
  fillTypes();
  if (current && ofVendor().some((event) => event.type === current.type)) {
    type.value = current.type;
    show();
  }
  vendor.focus();
}

export function keysDialog() {
  const rows = [
    ['F2', 'on to the headers, the body, the verdict, and back to “Paste or open”'],
    ['Shift F2', 'the same, backwards'],
    ['F8', 'next finding, within an editor'],
    ['Ctrl F', 'find, within an editor'],
    ['Ctrl Z', 'undo, also of a fix'],
    ['Ctrl Y', 'redo'],
    ['Ctrl Shift [', 'fold the object or list'],
    ['Ctrl Shift ]', 'unfold it'],
    ['Tab', 'leaves the editor'],
    ['← →', 'between the tabs of the verdict'],
    ['Home End', 'to the first and to the last tab'],
    ['Esc', 'closes a dialog or a menu'],
  ];
  dialog(
    'Keyboard',
    h('p', { className: 'small' }, 'On a Mac, Cmd in place of Ctrl.'),
    h(
      'table',
      { className: 'keys' },
      h(
        'tbody',
        {},
        rows.map(([key, what]) => h('tr', {}, h('th', { scope: 'row' }, h('kbd', {}, key)), h('td', {}, what))),
      ),
    ),
  );
}
