import { join } from 'node:path';
import type { IssuedCertificate } from '../../core/certificate.ts';
import { WacsError } from '../../core/errors.ts';
import { displayName } from '../../core/identifier.ts';
import type { PluginDescriptor, PluginServices, StorePlugin, StoreResult } from '../../core/plugin.ts';
import { booleanField, optionalText } from '../../core/stored-options.ts';
import { toFileName } from './file-name.ts';
import { type FolderNames, folderField, storedFolder } from './folder.ts';
import { keepExistingOption } from './keep-existing.ts';
import { onShare } from './on-share.ts';
import { pfxFields, pfxOptions, storedProtection } from './pfx-options.ts';

const folder: FolderNames = {
  store: 'centralssl',
  option: 'centralsslstore',
  setting: 'Store.CentralSsl.DefaultPath',
};

/**
 * Store `centralssl`: the Central Certificate Store of IIS, a folder with one PKCS#12 file for each host, from which IIS
 * takes the file by the name the browser asks for.
 */
export const centralSslStore: PluginDescriptor<StorePlugin> = {
  name: 'centralssl',
  description: 'Central Certificate Store of IIS: HOST.pfx for each host, _.DOMAIN.pfx for a wildcard',
  options: [
    {
      name: 'centralsslstore',
      type: 'text',
      group: 'store',
      valueName: 'DIR',
      description: 'Folder of the Central Certificate Store, as IIS Manager shows it; may be on a share',
    },
    ...pfxOptions,
    keepExistingOption,
  ],
  secretFields: ['pfxPassword'],
  fromArguments(values, protect, defaults) {
    return {
      plugin: 'centralssl',
      ...folderField(values, folder, defaults?.centralSsl.path),
      ...pfxFields(values, protect),
      ...(values.flag('keepexisting') ? { keepExisting: true } : {}),
    };
  },
  create(options, services) {
    const path = storedFolder(options, folder, services.defaults.centralSsl.path);
    const stored = optionalText(options, 'pfxPassword') ?? services.defaults.centralSsl.password;
    const protection = storedProtection(options) ?? services.defaults.centralSsl.protection;
    const keepExisting = booleanField(options, 'keepExisting');
    return {
      needsPrivateKey: true,
      async save(certificate) {
        const password = stored === undefined ? '' : await services.revealSecret(stored);
        const pfx = await services.certificates.createPfx({ certificate, password, protection });
        return onShare(path, () => saveAll(path, { pfx, certificate }, services), services);
      },
      async retire(thumbprint) {
        if (!keepExisting) await onShare(path, () => removeAll(path, thumbprint, services), services);
      },
    };
  },
};

async function saveAll(
  path: string,
  { pfx, certificate }: { pfx: Uint8Array; certificate: IssuedCertificate },
  { files }: PluginServices,
): Promise<StoreResult> {
  const items = fileNames(certificate).map((name) => join(path, name));
  await files.ensureFolder(path);
  for (const item of items) await files.writeAtomic(item, pfx, { private: true });
  return { plugin: 'centralssl', path, items };
}

/** International names stand in their own letters, as IIS and win-acme have them. @throws WacsError StoreError. */
function fileNames({ info }: IssuedCertificate): readonly string[] {
  const names = info.identifiers.filter(({ type }) => type === 'dns').map(displayName);
  if (names.length > 0) return names.map((name) => `${toFileName(name)}.pfx`);
  throw new WacsError('StoreError', 'the Central Certificate Store works by host names, and the certificate has none', {
    hint: 'Use --store certificatestore for certificates of addresses.',
  });
}

/** Files of hosts that the new certificate does not cover any more; those of the others are replaced already. */
async function removeAll(path: string, thumbprint: string, { files, certificates, log }: PluginServices) {
  const names = (await files.list(path)).filter((name) => name.toLowerCase().endsWith('.pfx'));
  for (const name of names) {
    const file = join(path, name);
    const content = await files.readBytes(file);
    if (content === undefined || certificates.readPfxThumbprint(content) !== thumbprint) continue;
    await files.remove(file);
    log.info(`removed ${file}, which no current certificate covers`);
  }
}
