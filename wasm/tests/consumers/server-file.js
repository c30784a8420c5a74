import * as hookvet from 'hookvet/file';
import { verdicts } from './verdicts.js';

verdicts(hookvet).then(console.log);
