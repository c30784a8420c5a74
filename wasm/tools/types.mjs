// TypeScript types of every event, from the published schemas.

import { compile } from 'json-schema-to-typescript';

/** The text of `events.d.ts`. */
export async function eventTypes(index, schemas) {
  const parts = ['// Generated from the JSON Schemas by `cargo xtask wasm`; do not edit.\n'];
  const members = [];
  for (const event of index.events) {
    const schema = schemas[`${event.vendor}/${event.type}`];
    const name = typeName(event);
    const text = await compile({ ...schema, title: undefined, $id: undefined }, name, {
      bannerComment: '',
      additionalProperties: true,
      declareExternallyReferenced: true,
      format: false,
      unknownAny: true,
    });
    parts.push(`export declare namespace ${name}Types {\n${text}}\n`);
    members.push({ event, name });
  }
  parts.push('/** The data of every event, by vendor and type. */\nexport interface EventData {');
  for (const vendor of ['amlyze', 'dataspike']) {
    parts.push(`  ${vendor}: {`);
    for (const { event, name } of members.filter(({ event }) => event.vendor === vendor)) {
      parts.push(`    /** ${event.title}: ${event.fires} */\n    ${JSON.stringify(event.type)}: ${name}Types.${name};`);
    }
    parts.push('  };');
  }
  parts.push('}');
  return `${parts.join('\n')}\n`;
}

const typeName = ({ type }) =>
  type
    .replace(/^(app|com)\.amlyze\./, '')
    .toLowerCase()
    .split(/[._]/)
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('');
