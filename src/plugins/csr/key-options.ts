import type { OptionDefinition } from '../../core/option.ts';
import type { OptionValues } from '../../core/plugin.ts';
import type { PluginOptions } from '../../core/renewal.ts';
import { booleanField } from '../../core/stored-options.ts';

/** Options shared by the key types. */
export const keyOptions: readonly OptionDefinition[] = [
  { name: 'reuse-privatekey', type: 'flag', group: 'csr', description: 'Keep the private key when renewing' },
  {
    name: 'ocsp-must-staple',
    type: 'flag',
    group: 'csr',
    description:
      "Ask for the TLS feature extension: clients then insist on a stapled OCSP answer, so only for CAs that still have OCSP (Let's Encrypt does not)",
  },
];

/** Stored form of the shared options; absent when not given. */
export function keyFields(values: OptionValues): { reusePrivateKey?: true; ocspMustStaple?: true } {
  return {
    ...(values.flag('reuse-privatekey') ? { reusePrivateKey: true } : {}),
    ...(values.flag('ocsp-must-staple') ? { ocspMustStaple: true } : {}),
  };
}

/** The shared options as they were stored. @throws WacsError ConfigurationError. */
export function readKeyFields(options: PluginOptions): { reusePrivateKey: boolean; mustStaple: boolean } {
  return {
    reusePrivateKey: booleanField(options, 'reusePrivateKey'),
    mustStaple: booleanField(options, 'ocspMustStaple'),
  };
}
