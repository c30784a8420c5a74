import * as hookvet from 'hookvet';
import { verdicts } from './verdicts.js';

const show = (text) => {
  document.title = text;
};
verdicts(hookvet, { waits: true }).then(show, show);
