import * as v from 'valibot';
import { wholeNumber } from './values.ts';

/** Settings `Execution`. */
export const executionSettings = v.looseObject({ MaxConcurrency: v.optional(wholeNumber(1, 100), 5) });
