import * as v from 'valibot';
import { optionalSetting, setting } from './values.ts';

/** Settings `Security`. */
export const securitySettings = v.object({
  EncryptConfig: optionalSetting(
    v.boolean(),
    'whether stored secrets are encrypted by Windows (DPAPI) for this machine; --encrypt brings those into line that are stored already',
    { scope: 'all', defaultText: 'true on Windows' },
  ),
  FriendlyNameDateTimeStamp: setting(
    v.boolean(),
    true,
    'add date and time to the friendly name of certificates in the certificate store',
    { scope: 'renewal' },
  ),
});
