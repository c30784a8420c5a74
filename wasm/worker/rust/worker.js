// What is deployed: the module, compiled by the runtime, behind the functions that wasm-bindgen has written for it.

import { Deliveries, fetch, initSync } from './build/hookvet_worker.js';
import module from './build/hookvet_worker_bg.wasm';

initSync({ module });

export { Deliveries };
export default { fetch };
