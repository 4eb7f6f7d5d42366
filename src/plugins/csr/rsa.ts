import type { CsrPlugin, PluginDescriptor } from '../../core/plugin.ts';
import { keyFields, keyOptions, readKeyFields } from './key-options.ts';

/** CSR `rsa`: an RSA key, 3072 bits unless the settings say otherwise. */
export const rsaCsr: PluginDescriptor<CsrPlugin> = {
  name: 'rsa',
  description: 'RSA key (size from settings Csr.Rsa.KeyBits)',
  options: keyOptions,
  fromArguments: (values) => ({ plugin: 'rsa', ...keyFields(values) }),
  create: (options, { defaults }) => ({
    key: { type: 'rsa', bits: defaults.rsaKeyBits },
    ...readKeyFields(options),
  }),
};
