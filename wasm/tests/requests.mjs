// A request in the form of the case files, judged through the package. For Node and for browsers.

const decoded = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** The verdict of a request in the form that `hookvet check --jsonl` takes. */
export function judge({ Vetter }, request) {
  const {
    vendor,
    policy,
    rules,
    secrets,
    headers,
    body = '',
    body_base64: encoded,
    now = 0,
    batches,
    reveal,
  } = request;
  const options = { policy, rules, secrets, reveal, solicitBatches: batches, allowUnsigned: true, now: () => now };
  const vetter = new Vetter(vendor, options);
  try {
    const verdict = vetter.vet(headers, encoded === undefined ? body : decoded(encoded));
    // While the vetter still is there, and while the instance holds the verdict.
    verdict.text();
    return verdict;
  } finally {
    vetter.free();
  }
}
