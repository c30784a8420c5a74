// What is deployed: the module, compiled by the runtime, behind the functions that wasm-bindgen has written for it.

import module from './build/hookvet_worker_bg.wasm';
import { Deliveries, fetch, initSync } from './build/hookvet_worker.js';

initSync({ module });

export { Deliveries };
export default { fetch };
