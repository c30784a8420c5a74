// What every entry has in common.

export { HookvetError, initSync } from './instance.js';
export { Vetter } from './vetter.js';
export { Verdict } from './verdict.js';
export { events, example, examples, rules, schema, sign } from './catalogue.js';
