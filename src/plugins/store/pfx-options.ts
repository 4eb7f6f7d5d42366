import type { PfxProtection } from '../../core/certificate.ts';
import { WacsError } from '../../core/errors.ts';
import type { OptionDefinition } from '../../core/option.ts';
import type { OptionValues, ProtectSecret } from '../../core/plugin.ts';
import type { PluginOptions } from '../../core/renewal.ts';
import { optionalText } from '../../core/stored-options.ts';

const protections = ['modern', 'legacy'] as const;

/** Options of every store that writes PKCS#12 files. */
export const pfxOptions: readonly OptionDefinition[] = [
  {
    name: 'pfxpassword',
    type: 'text',
    group: 'store',
    valueName: 'PASSWORD',
    secret: true,
    description: 'Password of the PFX file (default: empty)',
  },
  {
    name: 'pfxprotection',
    type: 'text',
    group: 'store',
    values: protections,
    valueName: 'MODE',
    description:
      'modern = AES-256 and SHA-256; legacy = 3DES and SHA-1, for Windows Server 2016 and older (default: what this system reads)',
  },
];

/** Stored form of these options; absent when not given. */
export function pfxFields(values: OptionValues, protect: ProtectSecret): { pfxPassword?: string; protection?: string } {
  const password = values.text('pfxpassword');
  const protection = values.text('pfxprotection');
  return {
    ...(password === undefined ? {} : { pfxPassword: protect(password) }),
    ...(protection === undefined ? {} : { protection }),
  };
}

/** The stored protection; undefined when none was chosen. @throws WacsError ConfigurationError for an unknown one. */
export function storedProtection(options: PluginOptions): PfxProtection | undefined {
  const text = optionalText(options, 'protection');
  if (text === undefined) return undefined;
  const known = protections.find((protection) => protection === text);
  if (known !== undefined) return known;
  throw new WacsError(
    'ConfigurationError',
    `options of plugin "${options.plugin}": field "protection" is "${text}", expected modern or legacy`,
  );
}
