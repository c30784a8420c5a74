/** Secret and time, and Dataspike's signature computed step by step. */

import { headerValue } from '../delivery/headers.js';
import { size } from '../delivery/text.js';
import { explain, readHeader, SIGNATURE_HEADER, secretProblem, sign, TOLERANCE } from '../judge/signature.js';
import { fill, h } from './dom.js';

let round = 0;

/** Made once; returns what to call with every new model. */
export function signaturePanel(panel, app) {
  const secret = h('input', {
    type: 'text',
    id: 'secret',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'whsec_…',
    'aria-describedby': 'secret-note',
    oninput: (event) => app.setSecret(event.target.value.trim()),
  });
  const note = h('p', { id: 'secret-note', className: 'small' });
  const when = h(
    'select',
    { id: 'when', onchange: (event) => app.setTime(event.target.value) },
    h('option', { value: 'now' }, 'now'),
    h('option', { value: 'signed' }, 'when it was signed (a captured delivery)'),
    h('option', { value: 'given' }, 'at a given time'),
  );
  const given = h('input', {
    type: 'text',
    inputmode: 'numeric',
    'aria-label': 'Unix seconds to judge at',
    className: 'number',
    oninput: (event) => app.setTime('given', event.target.value),
  });
  const steps = h('div', { className: 'steps' });
  panel.append(
    h(
      'p',
      {},
      'Dataspike signs every delivery with the secret that its dashboard shows once. AMLYZE documents no signature. The secret stays in this page and in no link.',
    ),
    h(
      'div',
      { className: 'form' },
      h('label', { htmlFor: 'secret' }, 'Signing secret'),
      h('div', {}, secret, note),
      h('label', { htmlFor: 'when' }, 'Judge it'),
      h('div', { className: 'row' }, when, given),
    ),
    steps,
  );
  return (model) => {
    if (
      document.activeElement !== secret &&
      !panel.contains(panel.getRootNode().activeElement === secret ? secret : null)
    )
      secret.value = model.settings.secret;
    note.textContent =
      model.settings.secret === '' ? 'Without one, no signature is looked at.' : (model.secretProblem ?? '');
    note.classList.toggle('wrong', Boolean(model.secretProblem));
    when.value = model.settings.when;
    given.hidden = model.settings.when !== 'given';
    if (document.activeElement !== given) given.value = String(model.settings.given ?? '');
    showSteps(steps, model, app);
  };
}

async function showSteps(host, model, app) {
  round += 1;
  const mine = round;
  const { secret } = model.settings;
  const value = headerValue(model.pairs, SIGNATURE_HEADER);
  if (model.isEmpty) return fill(host);
  if (model.vendor !== 'dataspike')
    return fill(
      host,
      h(
        'p',
        { className: 'hint' },
        'This delivery is judged as one that is not signed. Choose Dataspike above the headers if it is theirs.',
      ),
    );
  if (!globalThis.crypto?.subtle) {
    return fill(
      host,
      h(
        'p',
        { className: 'hint' },
        'The browser computes signatures only on https or on this machine (127.0.0.1). The verdict itself does not need that.',
      ),
    );
  }
  const isUsable = secret !== '' && !secretProblem(secret);
  const signNow =
    isUsable &&
    h(
      'button',
      {
        type: 'button',
        'data-key': 'sign',
        onclick: async () =>
          app.setHeader(SIGNATURE_HEADER, await sign(secret, Math.floor(Date.now() / 1000), model.bytes)),
      },
      value === undefined ? 'Sign it with this secret, now' : 'Sign it anew with this secret, now',
    );
  if (value === undefined) {
    return fill(
      host,
      h(
        'p',
        { className: 'hint' },
        `There is no ${SIGNATURE_HEADER} header. `,
        secret === ''
          ? 'That goes unnoticed as long as no secret is set.'
          : 'With a secret set, that is refused: every delivery of Dataspike is signed.',
      ),
      signNow,
    );
  }
  const header = readHeader(value);
  const list = h('ol', { className: 'computation' });
  const step = (title, isGood, ...content) => {
    list.append(
      h('li', { className: isGood === undefined ? '' : isGood ? 'good' : 'bad' }, h('h3', {}, title), content),
    );
  };
  step(
    'The header',
    !header.problem,
    header.problem
      ? h('p', {}, header.problem)
      : h(
          'dl',
          { className: 'facts' },
          h('dt', {}, 't'),
          h(
            'dd',
            {},
            h('code', {}, header.timestamp),
            ' ',
            h('span', { className: 'small' }, readable(header.timestamp)),
          ),
          header.digests.map((digest) => [h('dt', {}, 'v1'), h('dd', {}, h('code', { className: 'digest' }, digest))]),
        ),
  );
  if (header.problem || !isUsable) {
    if (!header.problem)
      step(
        'The secret',
        undefined,
        h('p', {}, secret === '' ? 'Put the secret in above, and the computation goes on.' : model.secretProblem),
      );
    return fill(host, list, signNow);
  }
  const { key, computed, matches, diagnosis } = await explain({
    secret,
    header,
    body: model.bytes,
    text: model.isText ? model.body : undefined,
  });
  if (mine !== round) return undefined;
  step('The key', undefined, h('p', {}, `The ${key.length * 2} digits behind whsec_, decoded: ${size(key.length)}.`));
  step(
    'The signed text',
    undefined,
    h('p', {}, 't, a full stop, and the body exactly as it stands there:'),
    h(
      'pre',
      { className: 'signed', tabindex: '0' },
      h('mark', {}, header.timestamp),
      h('mark', {}, '.'),
      preview(model),
    ),
    h(
      'p',
      { className: 'small' },
      `${size(header.timestamp.length + 1 + model.bytes.length)} in all, ${model.bytesNote}.`,
    ),
  );
  step(
    'HMAC-SHA256 of it, in hexadecimal',
    matches,
    h('p', {}, h('code', { className: 'digest' }, computed)),
    h(
      'p',
      {},
      matches
        ? 'It is the same as v1: whoever signed had this secret and exactly these bytes.'
        : 'It differs from v1, so secret, t or body is not what was signed with.',
    ),
  );
  if (!matches) {
    step(
      'Which input differs',
      false,
      h(
        'p',
        {},
        h(
          'b',
          {},
          { body: 'The body. ', secret: 'The secret. ', text: 'The signed text. ', unknown: 'Probably the secret. ' }[
            diagnosis.input
          ],
        ),
        diagnosis.text,
      ),
      diagnosis.body !== undefined &&
        h(
          'button',
          { type: 'button', 'data-key': 'use-variant', onclick: () => app.setBody(diagnosis.body) },
          'Take that body',
        ),
    );
  }
  const age = model.now - Number(header.timestamp);
  const isFresh = Math.abs(age) <= TOLERANCE;
  step(
    'Its age',
    isFresh,
    h(
      'p',
      {},
      age >= 0
        ? `Signed ${duration(age)} before the time it is judged at`
        : `Signed ${duration(-age)} after the time it is judged at`,
      `; ${TOLERANCE} seconds are tolerated.`,
    ),
    !isFresh &&
      model.settings.when === 'now' &&
      h(
        'p',
        {},
        'That is usual for a captured delivery. ',
        h(
          'button',
          { type: 'button', 'data-key': 'as-signed', onclick: () => app.setTime('signed') },
          'Judge it as of when it was signed',
        ),
      ),
  );
  return fill(host, list, signNow);
}

function preview({ isText, body, bytes }) {
  if (!isText) return `(${size(bytes.length)} that are no text)`;
  const visible = (text) => text.replaceAll('\r', '␍').replaceAll('\n', '␊\n');
  if (body.length <= 400) return visible(body);
  return [
    visible(body.slice(0, 200)),
    h('span', { className: 'quiet' }, ` … ${size(body.length - 300)} … `),
    visible(body.slice(-100)),
  ];
}

function readable(seconds) {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? 'no time' : time.toISOString().replace('T', ' ').replace('.000Z', ' UTC');
}

function duration(seconds) {
  if (seconds < 120) return `${seconds} seconds`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} hours`
    : `${Math.round(seconds / 86_400).toLocaleString('en')} days`;
}
