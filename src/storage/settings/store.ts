import * as v from 'valibot';
import { optionalSetting, pfxProtection, plainText, setting } from './values.ts';

const scope = 'renewal';

const password = (what: string) =>
  optionalSetting(v.string(), `password of ${what} that was created without one of its own`, { scope, secret: true });
const folder = (option: string) =>
  optionalSetting(plainText, `folder of renewals that were created without --${option}`, { scope });

const protectionMode = setting(
  pfxProtection,
  'default',
  'how PFX files are encrypted without --pfxprotection: modern (also aes256, sha256), legacy, or default for what this system reads',
  { scope },
);

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
export const storeSettings = v.object({
  DefaultStore: optionalSetting(plainText, 'stores used without --store, with commas between', {
    defaultText: 'that of --store',
  }),
  CertificateStore: v.optional(certificateStore, {}),
  PemFiles: v.optional(
    v.object({ DefaultPath: folder('pemfilespath'), DefaultPassword: password('the private key of a renewal') }),
    {},
  ),
  PfxFile: v.optional(
    v.object({
      DefaultPath: folder('pfxfilepath'),
      DefaultPassword: password('the PFX file of a renewal'),
      DefaultProtectionMode: protectionMode,
    }),
    {},
  ),
  CentralSsl: v.optional(
    v.object({
      DefaultPath: folder('centralsslstore'),
      DefaultPassword: password('the PFX files of a renewal'),
      DefaultProtectionMode: protectionMode,
    }),
    {},
  ),
  P7bFile: v.optional(v.object({ DefaultPath: folder('p7bfilepath') }), {}),
});
