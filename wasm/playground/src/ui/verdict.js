/** The decision, large and plain, and what each policy would decide. */

import { blame, inOrder, STATUS } from '../judge/blame.js';
import { byId, fill, h } from './dom.js';

export const POLICIES = [
  ['strict', 'the documented form and nothing else'],
  ['standard', 'errors and drift refuse; the default of a receiver'],
  ['tolerant', 'errors refuse; a new value of the vendor passes'],
  ['observe', 'nothing refuses but a failed signature and a broken limit'],
];

const AUTHENTICITY = {
  verified: 'The sender is verified.',
  failed: 'The signature does not verify.',
  unproven: 'Nothing in the delivery proves who sent it.',
  not_configured: 'No secret is set, so no signature was checked.',
};

export function showVerdict(model) {
  const host = byId('verdict');
  const pill = byId('pill');
  if (model.isEmpty) {
    host.className = 'verdict empty';
    fill(
      host,
      h(
        'div',
        { className: 'banner' },
        h('strong', { className: 'decision' }, 'No delivery yet'),
        h(
          'p',
          {},
          'Paste what your endpoint received: a raw request, a curl command, a HAR, or headers and body. The verdict stands here as you type.',
        ),
      ),
    );
    pill.hidden = true;
    return;
  }
  if (model.error !== undefined) {
    host.className = 'verdict failed';
    fill(
      host,
      h('div', { className: 'banner' }, h('strong', { className: 'decision' }, 'Not judged'), h('p', {}, model.error)),
    );
    pill.hidden = true;
    return;
  }
  const { verdict, received } = model;
  const { word, className } = headline(received ?? verdict);
  host.className = `verdict ${className}`;
  fill(host, h('div', { className: 'banner' }, received ? saidByReceiver(received, model) : saidHere(model)));
  pill.hidden = false;
  pill.className = `pill ${className}`;
  pill.textContent = `${word} ${(received ?? verdict).status}`;
}

/** Green is only what is accepted and proven: anybody could have sent what is not. */
function headline({ decision, authenticity }) {
  if (decision !== 'accept') return { word: 'Refused', className: 'refused' };
  return { word: 'Accepted', className: authenticity === 'verified' ? 'accepted' : 'accepted unverified' };
}

function decisionLine(said, by = '') {
  const { word, className } = headline(said);
  return h(
    'p',
    { className: 'decision-line' },
    h('strong', { className: 'decision' }, word, ' ', h('span', { className: 'status' }, String(said.status))),
    by ? h('span', { className: 'by' }, by) : null,
    className === 'accepted unverified' ? h('span', { className: 'proof' }, 'sender not verified') : null,
  );
}

function saidHere(model) {
  const { verdict, findings } = model;
  const isAccepted = verdict.decision === 'accept';
  const main = inOrder(findings)[0];
  const lines = [];
  if (isAccepted && findings.length === 0) lines.push('Everything is as the documents say.');
  else if (main)
    lines.push(
      h('b', {}, `${blame(main, verdict.vendor, model.diagnosis).who}: `),
      model.diagnosis && main.rule === 'SIG-mismatch' ? model.diagnosis.text : sentence(main),
    );
  const others = findings.filter((finding) => finding.refuses).length - 1;
  return [
    decisionLine(verdict),
    h('p', { className: 'why' }, lines, !isAccepted && others > 0 ? ` And ${others} more.` : ''),
    h(
      'p',
      { className: 'small' },
      isAccepted ? '' : `${STATUS[verdict.status] ?? ''} `,
      AUTHENTICITY[verdict.authenticity] ?? '',
      isAccepted && verdict.authenticity === 'unproven'
        ? ' This vendor signs nothing: protect the address by a credential or a network.'
        : '',
    ),
  ];
}

/** The receiver's own verdict leads; what this page can say of the delivery stands below it. */
function saidByReceiver(received, model) {
  const { verdict } = model;
  const isSame = received.decision === verdict.decision && received.status === verdict.status;
  const shown = received.findings.slice(0, 3);
  const others = received.findings.length - shown.length;
  return [
    decisionLine(received, `by the receiver at ${received.time.slice(11, 19)} UTC`),
    h(
      'p',
      { className: 'why' },
      shown.length === 0
        ? 'It has no findings.'
        : shown.map(([rule, , where], at) => [
            at > 0 ? '; ' : '',
            h('code', {}, rule),
            ` ${model.rules.get(rule)?.title ?? ''} (${where.replace(/^header:|^body:/, '')})`,
          ]),
      others > 0 ? ` And ${others} more.` : '',
    ),
    h(
      'p',
      { className: 'small' },
      h('b', {}, `This page: ${headline(verdict).word} ${verdict.status}. `),
      isSame ? 'It says the same.' : whyOther(received, model),
    ),
  ];
}

/** Why the page's verdict differs from the receiver's, as far as the page can know. */
function whyOther(received, { secrets, vendor }) {
  const reasons = [];
  if (received.size === 0 && received.decision === 'reject')
    reasons.push('The receiver refused the delivery before it read the body, so there is none here.');
  if (received.findings.some(([rule]) => rule.startsWith('AUTH-')))
    reasons.push('Headers that may hold a credential are not kept, so the page cannot check them.');
  if (vendor === 'dataspike' && secrets.length === 0)
    reasons.push('The page has no secret, so it checks no signature: enter one in the Signature tab.');
  if (reasons.length === 0) reasons.push('The receiver has a policy, limits or rules of its own.');
  return reasons.join(' ');
}

function sentence(finding) {
  const where = finding.where.startsWith('header:')
    ? finding.where.slice(7)
    : finding.where === 'body'
      ? 'the body'
      : finding.where.replace(/^body:/, '');
  const text = finding.message.split(': the value is percent-decoded')[0];
  return [h('code', {}, where), ' – ', text.endsWith('.') ? text : `${text}.`];
}

export function policySwitch(host, onChoose) {
  const inputs = new Map();
  const group = h('fieldset', { className: 'policies' }, h('legend', {}, 'Policy'));
  for (const [name, about] of POLICIES) {
    const input = h('input', {
      type: 'radio',
      name: 'policy',
      value: name,
      id: `policy-${name}`,
      onchange: () => onChoose(name),
    });
    const outcome = h('span', { className: 'outcome' });
    inputs.set(name, { input, outcome });
    group.append(
      h('label', { title: about, htmlFor: `policy-${name}` }, input, h('span', { className: 'name' }, name), outcome),
    );
  }
  const about = h('p', { className: 'small policy-about' });
  host.append(group, about);
  return (model) => {
    for (const [name, { input, outcome }] of inputs) {
      input.checked = name === model.settings.policy;
      const decided = model.outcomes?.[name];
      outcome.textContent = decided === undefined ? '' : decided ? 'passes' : 'refuses';
      outcome.className = `outcome ${decided === undefined ? '' : decided ? 'accepted' : 'refused'}`;
    }
    about.textContent = `${model.settings.policy}: ${POLICIES.find(([name]) => name === model.settings.policy)[1]}.`;
  };
}
