import * as v from 'valibot';
import { wholeNumber } from './values.ts';

/** Settings `Script`; the limit in seconds. */
export const scriptSettings = v.looseObject({ Timeout: v.optional(wholeNumber(1, 86_400), 600) });
