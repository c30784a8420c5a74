import * as hookvet from 'hookvet';
import { verdicts } from '../../../verdicts.js';

export const dynamic = 'force-dynamic';
export const GET = async () => new Response(await verdicts(hookvet));
