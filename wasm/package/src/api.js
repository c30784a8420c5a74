// What every entry has in common.

export { events, example, examples, rules, schema, sign } from './catalogue.js';
export { HookvetError, initSync } from './instance.js';
export { Verdict } from './verdict.js';
export { Vetter } from './vetter.js';
