import type { OptionDefinition } from '../../core/option.ts';
import type { OptionValues } from '../../core/plugin.ts';

/** Options shared by the key types. */
export const keyOptions: readonly OptionDefinition[] = [
  { name: 'reuse-privatekey', type: 'flag', group: 'csr', description: 'Keep the private key when renewing' },
];

/** Stored form of the shared options; absent when not given. */
export function keyFields(values: OptionValues): { reusePrivateKey?: true } {
  return values.flag('reuse-privatekey') ? { reusePrivateKey: true } : {};
}
