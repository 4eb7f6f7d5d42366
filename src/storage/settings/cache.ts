import * as v from 'valibot';
import { pfxProtection, setting } from './values.ts';

/** Settings `Cache`: the PFX file that is made for scripts. */
export const cacheSettings = v.object({
  ProtectionMode: setting(
    pfxProtection,
    'default',
    'how the PFX file for {CacheFile} of scripts is encrypted; as Store.PfxFile.DefaultProtectionMode',
    { scope: 'renewal' },
  ),
});
