/** What every project runs: a delivery that is accepted, and one that is refused, with its rule. */
export async function verdicts({ Vetter, example, init }, { waits = false } = {}) {
  // A server has nothing to wait for.
  if (waits) await init();
  const vetter = new Vetter('amlyze');
  const { headers, body } = await example('com.amlyze.customer.updated');
  const accepted = vetter.vet(headers, body);
  const refused = vetter.vet(headers, new TextEncoder().encode(body.replace('"PENDING"', '"NOBODY"')));
  return `${accepted.status} ${accepted.type}, ${refused.status} ${refused.findings[0].rule}`;
}
