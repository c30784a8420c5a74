/** Whose side a finding is on, in words that somebody can act upon. */

const SENDER = (vendor) => ({
  who: `${vendor}’s side`,
  what: `${vendor} sent something that its documents do not say. Report it there; until then a policy or a single rule can let it pass.`,
});
const STANDARD = (vendor) => ({
  who: 'The sender’s side',
  what: `The request breaks HTTP or CloudEvents. ${vendor === 'The sender' ? 'The sender' : `${vendor}, or a proxy on the way,`} has to change it.`,
});
const DOCUMENTS = (vendor) => ({
  who: 'Nobody’s fault',
  what: `${vendor}’s own documents disagree here. hookvet reads both forms and says which one came.`,
});
const WAY = {
  who: 'Something on the way',
  what: 'The body is not what was sent: cut off, decoded or written anew by a proxy, a log or a copy.',
};
const RECEIVER = { who: 'Your side', what: 'A limit or a setting of the receiver refuses it.' };
const SIGNATURE = { who: 'Secret, or something on the way', what: 'The Signature tab says which input differs.' };

const BY_RULE = {
  'SIG-missing': {
    who: 'The sender, or a wrong address',
    what: 'A secret is set and the delivery is not signed. Anybody could have sent it.',
  },
  'SIG-malformed': { who: 'The sender’s side', what: 'The signature header has not the documented form.' },
  'SIG-mismatch': SIGNATURE,
  'SIG-stale': {
    who: 'Time',
    what: 'It was signed too long ago: replayed, delayed, or a clock is wrong. A captured delivery can be judged as of its own time.',
  },
  'SIG-future': { who: 'A clock', what: 'It was signed in the future: one of the two clocks is wrong.' },
  'SCHEMA-unknown': {
    who: 'New at the vendor',
    what: 'The documents do not have this member. It is kept, and worth a look: the vendor may have added it.',
  },
  'AMLYZE-D03': {
    who: 'New, or misspelt',
    what: 'No document has this event type. It is handed on as unknown, without a schema.',
  },
  'AMLYZE-D35': {
    who: 'New, or misspelt',
    what: 'No document has this event type. It is handed on as unknown, without a schema.',
  },
  'DATASPIKE-3': {
    who: 'New, or misspelt',
    what: 'No document has this event type. It is handed on as unknown, without a schema.',
  },
  'DATASPIKE-test': { who: 'All is well', what: 'This is what the vendor’s dashboard sends for a test.' },
  'CE-M7': { who: 'Your side, or the sender’s', what: 'Batches are taken only by a receiver that asked for them.' },
  'HTTP-content-encoding': {
    who: 'The sender, or a proxy',
    what: 'The body is compressed. Undo that in front of hookvet.',
  },
  'JSON-duplicate': {
    who: 'The sender’s side',
    what: 'A member name stands twice. Readers differ on which one counts.',
  },
};

const ORDER = ['error', 'drift', 'warning'];

const DIAGNOSED = {
  body: 'The body was changed on the way',
  secret: 'The secret was used in another form',
  text: 'Something else was signed',
  unknown: 'Probably another secret',
};

/** `{ who, what }` for a finding; `diagnosis` is what is known of a signature that does not verify. */
export function blame(finding, vendor, diagnosis) {
  const { rule } = finding;
  if (rule === 'SIG-mismatch' && diagnosis) return { who: DIAGNOSED[diagnosis.input], what: diagnosis.text };
  const name =
    vendor === 'cloudevents' ? 'The sender' : ({ amlyze: 'AMLYZE', dataspike: 'Dataspike' }[vendor] ?? 'The sender');
  if (rule === 'JSON-syntax' && vendor === 'amlyze' && finding.message.startsWith('a comma')) {
    return {
      who: 'AMLYZE’s oldest documents',
      what: 'Their examples are printed with a comma too many. Remove it here; if it really arrives so, set rule AMLYZE-D13 to warning, and it is read past.',
    };
  }
  if (BY_RULE[rule]) return BY_RULE[rule];
  if (/^(AMLYZE|DATASPIKE)-/.test(rule)) return DOCUMENTS(name);
  if (rule.startsWith('SCHEMA-')) return SENDER(name);
  if (rule.startsWith('JSON-')) return WAY;
  if (rule.startsWith('LIMIT-')) return RECEIVER;
  return STANDARD(name);
}

/** Rules that say that nothing is known of the event, which explains everything else. */
const UNKNOWN = new Set(['AMLYZE-D03', 'AMLYZE-D35', 'DATASPIKE-3']);

/** Findings in the order in which they count: what refuses, then by severity, and an unknown type before its like. */
export function inOrder(findings) {
  const rank = ({ refuses, severity, rule }) =>
    (refuses ? 0 : 10) + 2 * ORDER.indexOf(severity) + (UNKNOWN.has(rule) ? 0 : 1);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

/** What a status means, in a line. */
export const STATUS = {
  204: 'The receiver takes it and answers without a body.',
  400: 'The delivery is malformed.',
  401: 'The delivery does not prove who sent it.',
  405: 'The method cannot carry a delivery.',
  413: 'The body is too large.',
  415: 'The format is not understood.',
  422: 'The payload departs from what is documented.',
  431: 'There are too many headers.',
};
