// Type-checks under every resolution of modules, without the types of Node, of a browser or of any newer language.

import { example, init, type Verdict, Vetter } from 'hookvet';
import * as file from 'hookvet/file';
import type module from 'hookvet/wasm';

const vetter = new Vetter('amlyze');

export async function vetted(body: ArrayBuffer): Promise<Verdict<'amlyze'>> {
  await init();
  const { headers } = await example('com.amlyze.customer.updated');
  const verdict = vetter.vet(headers, body);
  if (verdict.accepted && verdict.type === 'com.amlyze.customer.updated') {
    const level: 'NONE' | 'LOW' | 'MEDIUM' | 'HIGH' | 'EXTREME' | undefined = verdict.data.riskLevel;
    void level;
  }
  return verdict;
}

export type Compiled = typeof module;
export const fromFile = file.init;
