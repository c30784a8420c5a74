'use client';

import * as hookvet from 'hookvet';
import { useEffect } from 'react';
import { verdicts } from '../../verdicts.js';

export default function Page() {
  useEffect(() => {
    const show = (text) => {
      document.title = text;
    };
    verdicts(hookvet, { waits: true }).then(show, show);
  }, []);
  return <p>hookvet</p>;
}
