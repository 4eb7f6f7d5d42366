import type { InstallationContext } from '../../core/plugin.ts';
import type { LookUp } from '../script-parameters.ts';

/** win-acme's numbered placeholders, `{0}` to `{7}`. */
const numbered = [
  'CertCommonName',
  'CachePassword',
  'CacheFile',
  'StorePath',
  'CertFriendlyName',
  'CertThumbprint',
  'CacheFolder',
  'RenewalId',
] as const;

/** The placeholders that need a PFX file, which is only made then. */
export const pfxPlaceholders: readonly string[] = ['1', '2', '6', 'CachePassword', 'CacheFile', 'CacheFolder'];

/** Values of the placeholders for installation scripts; those of the PFX are empty without one. */
export function certificatePlaceholders(
  context: InstallationContext,
  pfx: { readonly path: string; readonly password: string } = { path: '', password: '' },
): LookUp {
  const { certificate, previous, stores } = context;
  const values: Readonly<Record<string, string>> = {
    CertCommonName: certificate.commonName,
    CertFriendlyName: certificate.friendlyName,
    CertThumbprint: certificate.info.thumbprint,
    RenewalId: context.renewalId,
    StorePath: stores[0]?.path ?? '',
    StoreType: stores[0]?.plugin ?? '',
    OldCertCommonName: previous?.commonName ?? '',
    OldCertFriendlyName: previous?.friendlyName ?? '',
    OldCertThumbprint: previous?.thumbprint ?? '',
    CacheFile: pfx.path,
    CachePassword: pfx.password,
    CacheFolder: pfx.path.replace(/[\\/][^\\/]*$/, ''),
  };
  return (name) => {
    const key = /^\d$/.test(name) ? (numbered[Number(name)] ?? '') : name;
    return Object.hasOwn(values, key) ? values[key] : undefined;
  };
}
