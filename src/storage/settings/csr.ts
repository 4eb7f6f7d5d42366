import * as v from 'valibot';
import { optionalSetting, plainText, setting } from './values.ts';

const rsa = v.object({
  KeyBits: setting(v.picklist([2048, 3072, 4096]), 3072, 'bits of a new RSA key', { scope: 'renewal' }),
});

const ec = v.object({
  CurveName: setting(v.picklist(['secp256r1', 'secp384r1']), 'secp384r1', 'curve of a new elliptic curve key', {
    scope: 'renewal',
  }),
});

/** Settings `Csr`: sizes of new keys. */
export const csrSettings = v.object({
  DefaultCsr: optionalSetting(plainText, 'plugin used without --csr', { defaultText: 'that of --csr' }),
  Rsa: v.optional(rsa, {}),
  Ec: v.optional(ec, {}),
});
