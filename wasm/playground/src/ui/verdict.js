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
  verified: 'The signature verifies.',
  failed: 'The signature does not verify.',
  unproven: 'Nothing proves who sent it.',
  not_configured: 'No secret is set, so nobody looked at a signature.',
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
  const { verdict, findings } = model;
  const isAccepted = verdict.decision === 'accept';
  const word = isAccepted ? 'Accepted' : 'Refused';
  host.className = `verdict ${isAccepted ? 'accepted' : 'refused'}`;
  const main = inOrder(findings)[0];
  const lines = [];
  if (isAccepted && findings.length === 0) lines.push('Everything is as the documents say.');
  else if (main)
    lines.push(
      h('b', {}, `${blame(main, verdict.vendor, model.diagnosis).who}: `),
      model.diagnosis && main.rule === 'SIG-mismatch' ? model.diagnosis.text : sentence(main),
    );
  const others = findings.filter((finding) => finding.refuses).length - 1;
  fill(
    host,
    h(
      'div',
      { className: 'banner' },
      h('strong', { className: 'decision' }, word, ' ', h('span', { className: 'status' }, String(verdict.status))),
      h('p', { className: 'why' }, lines, !isAccepted && others > 0 ? ` And ${others} more.` : ''),
      h(
        'p',
        { className: 'small' },
        isAccepted ? '' : `${STATUS[verdict.status] ?? ''} `,
        AUTHENTICITY[verdict.authenticity] ?? '',
      ),
    ),
  );
  pill.hidden = false;
  pill.className = `pill ${isAccepted ? 'accepted' : 'refused'}`;
  pill.textContent = `${word} ${verdict.status}`;
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
