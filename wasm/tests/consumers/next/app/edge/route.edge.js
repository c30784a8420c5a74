import * as hookvet from 'hookvet';
import { verdicts } from '../../../verdicts.js';

export const runtime = 'edge';
export const GET = async () => new Response(await verdicts(hookvet));
