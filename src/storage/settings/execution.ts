import * as v from 'valibot';
import { setting, wholeNumber } from './values.ts';

/** Settings `Execution`: how a run works. */
export const executionSettings = v.object({
  MaxConcurrency: setting(wholeNumber(1, 100), 5, 'certificates worked on at the same time'),
});
