/** Examples, and the headers of one for a body that came alone. */

import { printHeaders } from './delivery/headers.js';
import { indented } from './delivery/json.js';
import { notify, read, set, setHeaders } from './editors.js';
import * as engine from './engine.js';
import { toast } from './ui/dom.js';

const dialogs = () => import('./ui/dialogs.js');

/** AMLYZE's events by how well they like a body: `{ type, title, headers, count }`, `count` of findings. */
async function candidates(body) {
  const known = engine.events().filter((event) => event.vendor === 'amlyze');
  const all = await Promise.all(
    known.map(async (event) => ({
      event,
      example: (await engine.examples(event)).find((one) => one.kind === 'accepted'),
    })),
  );
  const headersOf = ({ event, example }) => {
    const isBinary = example.headers.some(([name]) => name === 'ce-type');
    if (isBinary) return example.headers;
    const { subject = '', id = '1', time = '' } = JSON.parse(example.body);
    return [
      ['ce-specversion', '1.0'],
      ['ce-id', id],
      ['ce-source', 'customer'],
      ['ce-type', event.type],
      ['ce-subject', subject],
      ['ce-time', time],
      ['content-type', 'application/json'],
    ];
  };
  return all
    .filter(({ example }) => example)
    .map((one) => {
      const headers = headersOf(one);
      const { verdict } = engine.judge({ vendor: 'amlyze', policy: 'standard', rules: {}, now: 0, headers, body });
      // The example's subject and time are not the body's, so what compares them says nothing.
      const findings = (verdict?.findings ?? []).filter((finding) => !/^AMLYZE-D(14|25)$/.test(finding.rule));
      return { title: one.event.title, count: findings.length, headers, type: one.event.type };
    })
    .sort((a, b) => a.count - b.count);
}

const BORROWED = 'The headers are those of an example: id, subject and time are not the delivery’s own.';

/** Takes the event of a body that came alone, where no other has its shape; `true` where it did. */
export async function pickEvent(body) {
  const fitting = (await candidates(body)).filter(({ count }) => count === 0);
  // Somebody may have gone on in the meantime.
  if (fitting.length !== 1 || read().body !== body) return false;
  const [{ headers, title }] = fitting;
  setHeaders(printHeaders(headers));
  const another = { label: 'Choose another event…', run: () => chooseEvent(body) };
  notify([
    {
      kind: 'note',
      stays: true,
      text: `The body has the shape of one event alone: ${title}. ${BORROWED}`,
      action: another,
    },
  ]);
  return true;
}

/** Asks which event a body is of, those first that it fits. */
export async function chooseEvent(body) {
  const [items, { chooseDialog }] = await Promise.all([candidates(body), dialogs()]);
  chooseDialog(
    'Which event is it?',
    'Those that fit the body come first.',
    items.map((item) => ({
      ...item,
      label: item.title,
      about: `${item.type} – ${item.count === 0 ? 'fits' : `${item.count} finding${item.count === 1 ? '' : 's'}`}`,
    })),
    ({ headers }) => {
      setHeaders(printHeaders(headers));
      notify([{ kind: 'note', stays: true, text: BORROWED }]);
    },
  );
}

/** `current` is the event on the page, `{ vendor, type }`, where there is one. */
export async function openExamples(current) {
  const { examplesDialog } = await dialogs();
  examplesDialog({
    events: [...engine.events(), ...OTHER],
    current,
    load: async (event) => (event.examples ? event.examples : engine.examples(event)),
    onChoose: (event, example) => takeExample(event, example),
  });
}

function takeExample(event, example) {
  const body = typeof example.body === 'string' ? indented(example.body) : JSON.stringify(example.body, null, 2);
  set({
    method: 'POST',
    target: '/',
    headers: printHeaders(example.headers),
    body,
    notices: [],
    vendor: event.vendor === 'cloudevents' ? 'cloudevents' : 'auto',
  });
  toast(`${event.title}: ${example.title}.`);
}

/** Any other sender's event; the vendors’ own come with the package. */
const OTHER = [
  {
    vendor: 'cloudevents',
    type: 'com.example.order.created',
    title: 'An order',
    fires: 'Any sender of CloudEvents 1.0: headers are judged, the payload has no schema.',
    examples: [
      {
        kind: 'accepted',
        title: 'Binary mode',
        headers: [
          ['ce-specversion', '1.0'],
          ['ce-id', 'a-1'],
          ['ce-source', '/orders'],
          ['ce-type', 'com.example.order.created'],
          ['ce-subject', 'caf%C3%A9'],
          ['content-type', 'application/json'],
        ],
        body: '{"total":12}',
      },
      {
        kind: 'accepted',
        title: 'An escape that is not doubled, which strict refuses',
        about: 'CE-A-source',
        headers: [
          ['ce-specversion', '1.0'],
          ['ce-id', 'a-1'],
          ['ce-source', '/orders/new%20york'],
          ['ce-type', 'com.example.order.created'],
          ['content-type', 'application/json'],
        ],
        body: '{"total":12}',
      },
      {
        kind: 'refused',
        title: 'Nothing that identifies it',
        about: 'CE-A1',
        headers: [
          ['ce-specversion', '1.0'],
          ['content-type', 'application/json'],
        ],
        body: '{"total":12}',
      },
    ],
  },
];

export async function starter(vendor, type, pick, title, about) {
  return {
    title,
    about,
    run: async () => {
      const event = engine.events().find((one) => one.vendor === vendor && one.type === type);
      const found = await engine.examples(event);
      takeExample(event, found.find(pick) ?? found[0]);
    },
  };
}
