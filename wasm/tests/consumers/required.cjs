const hookvet = require('hookvet');

import('./verdicts.js').then(({ verdicts }) => verdicts(hookvet)).then(console.log);
