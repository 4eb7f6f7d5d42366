import * as v from 'valibot';
import { optionalSetting, plainText, setting } from './values.ts';

const certificateStore = v.object({
  DefaultStore: optionalSetting(plainText, 'certificate store used without `--certificatestore`', {
    scope: 'renewal',
    defaultText: '`WebHosting` with IIS 8 or later, otherwise `My`',
  }),
  PrivateKeyExportable: setting(v.boolean(), false, 'whether new keys in the certificate store can be exported again', {
    scope: 'renewal',
  }),
  UseNextGenerationCryptoApi: setting(
    v.boolean(),
    false,
    'keep keys with CNG; otherwise RSA keys go to the Schannel provider of CryptoAPI, which older software needs',
    { scope: 'renewal' },
  ),
});

/** Settings `Store`: where certificates are kept. */
export const storeSettings = v.object({ CertificateStore: v.optional(certificateStore, {}) });
