import * as hookvet from 'hookvet';
import { verdicts } from './verdicts.js';

verdicts(hookvet, { waits: true }).then(postMessage, (error) => postMessage(`${error}`));
