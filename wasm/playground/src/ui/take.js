/** Carrying the delivery away: as a command, a test, a case, an answer, a link or a file. */

import { toBytes, toText } from '../delivery/text.js';
import { differences } from '../judge/diff.js';
import { documentedIn } from '../judge/schema.js';
import { maskBody, maskBytes, maskHeaders, maskText } from '../takeaway/mask.js';
import { pack, pageAddress } from '../takeaway/share.js';
import {
  asActixTest,
  asAxumTest,
  asCapture,
  asCurl,
  asGolden,
  asJavaScriptTest,
  asJsonLine,
  asMessage,
  asRustTest,
} from '../takeaway/write.js';
import { copy, fill, h, save, toast } from './dom.js';

const FORMS = [
  ['curl', 'curl command'],
  ['rust', 'Rust test'],
  ['axum', 'Test for axum'],
  ['actix', 'Test for actix'],
  ['javascript', 'JavaScript test'],
  ['vitest', 'Test for Vitest'],
  ['golden', 'Golden case'],
  ['problem', 'Problem document'],
  ['message', 'Message to the vendor'],
];

export function takePanel(panel, app) {
  let model;
  let form = 'curl';
  /** The delivery that others are compared with. */
  let other;
  const address = pageAddress(import.meta.env.VITE_HOOKVET_PAGE, location.href);
  const mask = h('input', { type: 'checkbox', id: 'mask', checked: true, onchange: () => show() });
  const output = h('div');
  panel.append(
    h(
      'label',
      { className: 'check mask' },
      mask,
      h(
        'span',
        {},
        h('b', {}, 'Mask values. '),
        'Text, numbers and ids become dummies of the same shape; names of members, true and false, and documented words stay.',
      ),
    ),
    h('p', { className: 'small warning-line', id: 'mask-warning' }),
    output,
  );

  function taken() {
    if (!mask.checked) return model;
    const [headers, target] = [maskHeaders(model.headers), maskText(model.target ?? '/')];
    if (!model.isText) return { ...model, headers, target, bytes: maskBytes(model.bytes) };
    const body = maskBody(model.body, model.schema, model.schemaBase);
    return { ...model, headers, target, body, bytes: toBytes(body), isText: true };
  }

  function show() {
    if (!model || panel.hidden) return;
    const warning = panel.querySelector('#mask-warning');
    if (model.isEmpty || model.error !== undefined) {
      warning.textContent = '';
      fill(output, h('p', { className: 'hint' }, 'There is nothing to take away yet.'));
      return;
    }
    const it = taken();
    const delivery = {
      method: it.method,
      target: it.target,
      headers: it.headers,
      bytes: it.bytes,
      vendor: it.vendor,
      policy: it.settings.policy,
      rules: it.settings.rules,
      batches: it.settings.batches,
      secrets: mask.checked ? [] : it.secrets,
      now: it.secrets.length > 0 ? it.now : undefined,
    };
    const { verdict, problem } = app.judged(delivery);
    const rulesOf = (one) => (one.findings ?? []).map((finding) => `${finding.rule} ${finding.where}`).join();
    const isSigned = it.vendor === 'dataspike' && model.secrets.length > 0;
    if (!mask.checked)
      warning.textContent = 'Values are in clear text: names, birth dates and screening results are personal data.';
    else if (isSigned)
      warning.textContent = 'A masked delivery is no longer what was signed, so it is taken without its secret.';
    else
      warning.textContent =
        rulesOf(verdict) === rulesOf(model.verdict)
          ? 'Masked: the findings stay the same.'
          : 'Masked: some findings are about values and change with them.';
    const text = {
      curl: () => asCurl(delivery, app.address(delivery)),
      rust: () => asRustTest(delivery, verdict),
      axum: () => asAxumTest(delivery, verdict),
      actix: () => asActixTest(delivery, verdict),
      vitest: () => asJavaScriptTest(delivery, verdict, 'vitest'),
      message: () =>
        asMessage({
          ...model,
          sources: model.schema ? documentedIn(model.schema) : [],
          withId: !mask.checked,
        }),
      javascript: () => asJavaScriptTest(delivery, verdict),
      golden: () => asGolden(delivery, verdict),
      problem: () => problem ?? 'Accepted deliveries are answered with 204 and no body; there is no problem document.',
    }[form]();
    const label = FORMS.find(([id]) => id === form)[1];
    fill(
      output,
      h(
        'div',
        { className: 'forms', role: 'group', 'aria-label': 'Form' },
        FORMS.map(([id, name]) =>
          h(
            'button',
            {
              type: 'button',
              'data-key': `form ${id}`,
              'aria-pressed': String(id === form),
              onclick: () => {
                form = id;
                show();
              },
            },
            name,
          ),
        ),
      ),
      h(
        'div',
        { className: 'code-block' },
        h(
          'button',
          {
            type: 'button',
            className: 'copy',
            'data-key': 'copy',
            onclick: async () =>
              toast(
                (await copy(text))
                  ? `${label} copied.`
                  : 'The browser does not let the page copy. Select the text instead.',
              ),
          },
          'Copy',
        ),
        h('pre', { tabindex: '0', 'aria-label': label }, text),
      ),
      h('h3', {}, 'Link'),
      h(
        'p',
        {},
        'The link holds the delivery itself, in the part behind # that browsers send to no server. Whoever has the link can read it.',
        address.isPublic
          ? ''
          : ' It leads to this page’s own address, which others may not reach: for them, copy it as a file.',
      ),
      h(
        'div',
        { className: 'row' },
        h(
          'button',
          { type: 'button', 'data-key': 'link', onclick: () => share(it) },
          mask.checked ? 'Copy a link with masked values' : 'Copy a link with all values',
        ),
        address.isPublic || !it.isText
          ? null
          : h(
              'button',
              {
                type: 'button',
                'data-key': 'copy-file',
                onclick: async () =>
                  toast(
                    (await copy(toText(asCapture(delivery))))
                      ? 'Copied as a file: paste it into another page, or save it as delivery.http.'
                      : 'The browser does not let the page copy.',
                  ),
              },
              'Copy as file',
            ),
      ),
      h('h3', {}, 'File'),
      h(
        'p',
        {},
        'For ',
        h('code', {}, 'hookvet check FILE'),
        ', byte for byte; or as a line for ',
        h('code', {}, 'hookvet check --jsonl'),
        '.',
      ),
      h(
        'div',
        { className: 'row' },
        h(
          'button',
          { type: 'button', 'data-key': 'save-http', onclick: () => save('delivery.http', asCapture(delivery)) },
          'Download delivery.http',
        ),
        h(
          'button',
          {
            type: 'button',
            'data-key': 'save-jsonl',
            onclick: () => save('delivery.jsonl', toBytes(asJsonLine(delivery))),
          },
          'Download delivery.jsonl',
        ),
      ),
      h('h3', {}, 'Compare'),
      comparison(),
    );
  }

  /** Keeps a delivery, and lists what another one has otherwise. It stays in the page, so that values are shown. */
  function comparison() {
    const keep = h(
      'button',
      {
        type: 'button',
        'data-key': 'compare',
        onclick: () => {
          other = model;
          show();
        },
      },
      other === undefined ? 'Remember this delivery' : 'Remember this one instead',
    );
    if (other === undefined)
      return [
        h('p', {}, 'Remember this delivery, open another one, and come back: what differs is listed here.'),
        h('div', { className: 'row' }, keep),
      ];
    const found = differences(other, model);
    const value = (text) =>
      text === undefined ? h('span', { className: 'small' }, 'not there') : h('code', {}, short(text));
    return [
      found.length === 0
        ? h('p', { className: 'hint' }, 'It is the same as the remembered one: open another delivery.')
        : h(
            'div',
            { className: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Differences' },
            h(
              'table',
              { className: 'differences' },
              h(
                'thead',
                {},
                h(
                  'tr',
                  {},
                  ['Place', 'Remembered', 'Now'].map((head) => h('th', { scope: 'col' }, head)),
                ),
              ),
              h(
                'tbody',
                {},
                found.map(({ where, before, after }) =>
                  h(
                    'tr',
                    {},
                    h('th', { scope: 'row' }, h('code', {}, where.replace(/^header:|^body:/, ''))),
                    h('td', {}, value(before)),
                    h('td', {}, value(after)),
                  ),
                ),
              ),
            ),
          ),
      h('div', { className: 'row' }, keep),
    ];
  }

  async function share(it) {
    const state = {
      vendor: it.vendorChosen,
      headers: it.headers,
      policy: it.settings.policy,
      rules: it.settings.rules,
      batches: it.settings.batches,
      method: it.method,
      target: it.target,
    };
    if (it.isText) state.body = toText(it.bytes);
    else state.bytes = btoa(Array.from(it.bytes, (byte) => String.fromCharCode(byte)).join(''));
    const link = new URL(`#${await pack(state)}`, address.url).href;
    const isLong = link.length > 8000;
    toast(
      (await copy(link))
        ? `Link copied, ${link.length.toLocaleString('en')} characters.${isLong ? ' Some programs cut links of this length; a file is safer.' : ''}`
        : 'The browser does not let the page copy.',
    );
    app.linked(link);
  }

  return {
    update(next) {
      model = next;
      show();
    },
    show,
  };
}

const short = (text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
