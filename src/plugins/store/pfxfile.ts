import { join } from 'node:path';
import type { PluginDescriptor, StorePlugin } from '../../core/plugin.ts';
import { optionalText } from '../../core/stored-options.ts';
import { requireFileName, toFileName } from './file-name.ts';
import { type FolderNames, folderField, storedFolder } from './folder.ts';
import { pfxFields, pfxOptions, storedProtection } from './pfx-options.ts';

const folder: FolderNames = { store: 'pfxfile', option: 'pfxfilepath', setting: 'Store.PfxFile.DefaultPath' };

/** Store `pfxfile`: one PKCS#12 file with key, certificate and chain. */
export const pfxFileStore: PluginDescriptor<StorePlugin> = {
  name: 'pfxfile',
  description: 'PKCS#12 file: NAME.pfx with key, certificate and chain',
  options: [
    { name: 'pfxfilepath', type: 'text', group: 'store', valueName: 'DIR', description: 'Folder for the PFX file' },
    {
      name: 'pfxfilename',
      type: 'text',
      group: 'store',
      valueName: 'NAME',
      description: 'Name of the PFX file without .pfx (default: the common name)',
    },
    ...pfxOptions,
  ],
  secretFields: ['pfxPassword'],
  fromArguments(values, protect, defaults) {
    const name = values.text('pfxfilename');
    return {
      plugin: 'pfxfile',
      ...folderField(values, folder, defaults?.pfxFile.path),
      ...(name === undefined ? {} : { fileName: requireFileName('pfxfilename', name) }),
      ...pfxFields(values, protect),
    };
  },
  create(options, { files, certificates, revealSecret, defaults }) {
    const path = storedFolder(options, folder, defaults.pfxFile.path);
    const fileName = optionalText(options, 'fileName');
    const stored = optionalText(options, 'pfxPassword') ?? defaults.pfxFile.password;
    const protection = storedProtection(options) ?? defaults.pfxFile.protection;
    return {
      needsPrivateKey: true,
      ...(fileName === undefined ? {} : { fixedNameOption: 'pfxfilename' }),
      async save(certificate) {
        const file = join(path, `${fileName ?? toFileName(certificate.commonName)}.pfx`);
        const password = stored === undefined ? '' : await revealSecret(stored);
        const pfx = await certificates.createPfx({ certificate, password, protection });
        await files.ensureFolder(path);
        await files.writeAtomic(file, pfx, { private: true });
        return { plugin: 'pfxfile', path, items: [file] };
      },
    };
  },
};
