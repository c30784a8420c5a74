import * as hookvet from 'hookvet/file';
import { verdicts } from './verdicts.js';

const show = (text) => {
  document.title = text;
};
verdicts(hookvet, { waits: true }).then(show, show);
