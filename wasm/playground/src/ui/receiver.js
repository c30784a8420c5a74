/** When `hookvet serve` shows the page: what it received, live, and sending to it. */

import { headerPairs, toOctets } from '../delivery/headers.js';
import { size } from '../delivery/text.js';
import { fill, h } from './dom.js';

/** How many deliveries are listed. */
const MAX_LISTED = 200;

/** Why no deliveries are listed. */
const UNLISTED = {
  locked:
    'Deliveries are personal data, so they are listed with a token alone. Open the address that hookvet serve printed at start as "page"; this browser then keeps the token.',
  off: 'The list of deliveries is switched off here, since they are personal data and this address can be reached from other machines. Start hookvet serve on 127.0.0.1, or name who may see them with --show-deliveries-on HOST.',
};

/** Headers that a browser writes itself or forbids. */
const NOT_OURS =
  /^(host|content-length|connection|transfer-encoding|te|upgrade|keep-alive|expect|origin|referer|cookie|user-agent|accept-encoding|accept-charset|date|dnt|trailer|via|sec-.*|proxy-.*|access-control-.*)$/i;

export function receiverPanel(panel, config, app) {
  const isListed = config.deliveries === 'listed';
  let model;
  let deliveries = [];
  let state = 'connecting';
  const filter = { vendor: '', decision: '', type: '' };
  const answer = h('div', { className: 'answer', role: 'status' });
  const list = h('div', { className: 'deliveries' });
  const status = h('span', { className: 'live' });
  const choose = (name, label, options) =>
    h(
      'label',
      {},
      h('span', { className: 'hidden' }, label),
      h(
        'select',
        {
          onchange: (event) => {
            filter[name] = event.target.value;
            show();
          },
        },
        options.map(([value, text]) => h('option', { value }, text)),
      ),
    );
  const target = h(
    'select',
    { id: 'target' },
    config.routes.map((route) => h('option', { value: route }, `/${route}`)),
  );
  panel.append(
    h('h3', {}, 'Send'),
    h(
      'p',
      {},
      'Posts the delivery as it stands on the left to this receiver, which judges it, and keeps it where it accepts it.',
    ),
    h(
      'div',
      { className: 'row' },
      h('label', { htmlFor: 'target' }, 'To'),
      target,
      h('button', { type: 'button', id: 'send', onclick: send }, 'Send it'),
    ),
    answer,
    h('h3', {}, 'Received ', status),
    isListed
      ? h(
          'div',
          { className: 'row filters' },
          choose('vendor', 'Vendor', [
            ['', 'every vendor'],
            ['amlyze', 'AMLYZE'],
            ['dataspike', 'Dataspike'],
            ['cloudevents', 'CloudEvents'],
          ]),
          choose('decision', 'Decision', [
            ['', 'every decision'],
            ['accept', 'accepted'],
            ['reject', 'refused'],
          ]),
          h(
            'label',
            {},
            h('span', { className: 'hidden' }, 'Type holds'),
            h('input', {
              type: 'search',
              placeholder: 'type holds…',
              oninput: (event) => {
                filter.type = event.target.value.trim().toLowerCase();
                show();
              },
            }),
          ),
        )
      : null,
    list,
  );

  async function send() {
    if (!model || model.isEmpty) {
      fill(answer, h('p', { className: 'hint' }, 'There is nothing to send: headers and body are empty.'));
      return;
    }
    const headers = new Headers();
    const left = [];
    try {
      for (const [name, value] of headerPairs(model.headers)) {
        if (NOT_OURS.test(name)) left.push(name);
        else headers.append(name, toOctets(value));
      }
    } catch {
      fill(
        answer,
        h(
          'p',
          { className: 'wrong' },
          'A browser cannot send one of these headers: its name or value is no HTTP. Copy the request as curl instead.',
        ),
      );
      return;
    }
    fill(answer, h('p', { className: 'hint' }, 'Sending…'));
    try {
      const response = await fetch(`./${target.value}`, {
        method: model.method === 'GET' ? 'POST' : model.method,
        headers,
        body: model.bytes,
        redirect: 'error',
      });
      const text = await response.text();
      fill(
        answer,
        h(
          'p',
          {},
          h('span', { className: `badge ${response.ok ? 'ok' : 'error'}` }, String(response.status)),
          ' ',
          response.ok ? 'The receiver took it.' : 'The receiver refused it.',
          response.status === model.verdict?.status
            ? ' So says the verdict.'
            : ' The verdict here differs: the receiver has a policy or a secret of its own.',
        ),
        text
          ? h('pre', { tabindex: '0', 'aria-label': 'Answer' }, pretty(text))
          : h('p', { className: 'small' }, 'The answer has no body.'),
        left.length > 0 ? h('p', { className: 'small' }, `Left to the browser: ${left.join(', ')}.`) : null,
      );
    } catch {
      fill(
        answer,
        h(
          'p',
          { className: 'wrong' },
          'No answer: the receiver has ended, or the connection broke. Start hookvet serve again and send once more.',
        ),
      );
    }
  }

  function show() {
    status.textContent = isListed
      ? { connecting: 'connecting…', live: 'live', lost: 'connection lost, trying again' }[state]
      : '';
    status.dataset.state = state;
    if (!isListed) {
      fill(list, h('p', { className: 'hint' }, UNLISTED[config.deliveries]));
      return;
    }
    const shown = deliveries.filter(
      (one) =>
        (filter.vendor === '' || one.vendor === filter.vendor) &&
        (filter.decision === '' || one.decision === filter.decision) &&
        (filter.type === '' || (one.type ?? '').toLowerCase().includes(filter.type)),
    );
    if (shown.length === 0) {
      fill(
        list,
        h(
          'p',
          { className: 'hint' },
          deliveries.length === 0
            ? 'Nothing has come yet. Point a webhook at this receiver, send from above, or run hookvet send.'
            : 'None of the deliveries fits the filter.',
        ),
      );
      return;
    }
    fill(
      list,
      h(
        'ul',
        {},
        shown.map((one) =>
          h(
            'li',
            {},
            h(
              'button',
              { type: 'button', 'data-key': `delivery ${one.seq}`, onclick: () => open(one) },
              h('span', { className: `badge ${one.decision === 'accept' ? 'ok' : 'error'}` }, String(one.status)),
              h('span', { className: 'type' }, one.type ?? 'no event'),
              h(
                'span',
                { className: 'small' },
                `${one.vendor}, ${bodySize(one)}, ${one.time.slice(11, 19)} UTC${
                  one.findings.length > 0
                    ? `, ${one.findings
                        .map(([rule]) => rule)
                        .slice(0, 3)
                        .join(', ')}`
                    : ''
                }`,
              ),
            ),
          ),
        ),
      ),
    );
  }

  async function open(one) {
    try {
      const response = await fetch(`./api/deliveries/${one.seq}`);
      if (!response.ok) throw new Error(String(response.status));
      app.openReceived(one, await response.json());
    } catch {
      fill(
        answer,
        h(
          'p',
          { className: 'wrong' },
          'This delivery is no longer kept: the receiver holds only the last ones in memory.',
        ),
      );
    }
  }

  function listen() {
    const events = new EventSource('./api/deliveries/stream');
    events.onopen = () => {
      state = 'live';
      show();
    };
    events.onerror = () => {
      state = 'lost';
      show();
    };
    events.addEventListener('delivery', (event) => {
      const one = JSON.parse(event.data);
      deliveries = [one, ...deliveries.filter((other) => other.seq !== one.seq)]
        .sort((a, b) => b.seq - a.seq)
        .slice(0, MAX_LISTED);
      app.received(deliveries.length);
      show();
    });
    // The server was started anew: what it held is gone.
    events.addEventListener('reset', () => {
      deliveries = [];
      show();
    });
  }

  show();
  if (isListed) listen();
  return {
    update(next) {
      model = next;
      if (config.routes.includes(next.vendor) && document.activeElement !== target) target.value = next.vendor;
    },
  };
}

/** A refusal by the headers alone leaves the body unread. */
function bodySize({ size: bytes, decision }) {
  return bytes === 0 && decision === 'reject' ? 'body not read' : size(bytes);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
