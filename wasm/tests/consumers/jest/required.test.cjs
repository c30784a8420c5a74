const { Vetter, example } = require('hookvet');

test('verdicts', async () => {
  const { headers, body } = await example('com.amlyze.customer.updated');
  const vetter = new Vetter('amlyze');
  const accepted = vetter.vet(headers, body);
  const refused = vetter.vet(headers, Buffer.from(body.replace('"PENDING"', '"NOBODY"')));
  expect(`${accepted.status} ${accepted.type}, ${refused.status} ${refused.findings[0].rule}`).toBe(
    process.env.EXPECTED,
  );
});
