/** The only module that knows hookvet. It has the shape of the npm package, so that nothing else has to change with it. */

import init, { vet as vetLine } from "../../pkg/hookvet.js";
import index from "../../../schemas/index.json";

const files = import.meta.glob(["../../../schemas/{amlyze,dataspike}/*.schema.json", "../../../schemas/examples/**/*.json"], { import: "default" });

/** Ready to judge once this is fulfilled. */
export function load() {
  return init();
}

/** The verdict as an object; `{ error }` where the settings are none. */
export function vet({ vendor, headers, body, policy, rules, secrets, now }) {
  const request = { vendor, headers, policy, rules, now };
  if (vendor === "dataspike" && secrets?.length > 0) request.secrets = secrets;
  if (typeof body === "string") request.body = body;
  else request.body_base64 = btoa(Array.from(body, (byte) => String.fromCharCode(byte)).join(""));
  return JSON.parse(vetLine(JSON.stringify(request)));
}

export function events() {
  return index.events;
}

const at = (path) => files[`../../../schemas/${path}`]?.();

export async function schema(event) {
  return at(event.schema.path);
}

/** What the documents show, and broken siblings: `{ about, kind, headers, body }`. */
export async function examples(event) {
  const read = async (paths, kind) => Promise.all(paths.map(async (path) => ({ kind, ...(await at(path)) })));
  return [...(await read(event.examples, "accepted")), ...(await read(event.refused, "refused"))];
}

export async function rules() {
  return [];
}
