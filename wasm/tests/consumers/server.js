import * as hookvet from 'hookvet';
import { verdicts } from './verdicts.js';

verdicts(hookvet).then(console.log);
