import * as v from 'valibot';
import { setting, wholeNumber } from './values.ts';

/** Settings `Script`: the administrator's own scripts. */
export const scriptSettings = v.object({
  Timeout: setting(wholeNumber(1, 86_400), 600, 'seconds before a script is killed', { scope: 'renewal' }),
});
