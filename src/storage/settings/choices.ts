import * as v from 'valibot';
import { optionalSetting, plainText } from './values.ts';

/** Settings `Order`. */
export const orderSettings = v.object({
  DefaultOrder: optionalSetting(plainText, 'plugin used without --order', { defaultText: 'that of --order' }),
});

/** Settings `Installation`. */
export const installationSettings = v.object({
  DefaultInstallation: optionalSetting(plainText, 'plugins used without --installation, with commas between', {
    defaultText: 'that of --installation',
  }),
});
