import { join } from 'node:path';
import type { PluginDescriptor, StorePlugin } from '../../core/plugin.ts';
import { optionalText } from '../../core/stored-options.ts';
import { requireFileName, toFileName } from './file-name.ts';
import { type FolderNames, folderField, storedFolder } from './folder.ts';

const folder: FolderNames = { store: 'p7bfile', option: 'p7bfilepath', setting: 'Store.P7bFile.DefaultPath' };

/** Store `p7bfile`: certificate and chain without the key, for devices that have made the key themselves. */
export const p7bFileStore: PluginDescriptor<StorePlugin> = {
  name: 'p7bfile',
  description: 'PKCS#7 file: NAME.p7b with certificate and chain, without the key',
  options: [
    { name: 'p7bfilepath', type: 'text', group: 'store', valueName: 'DIR', description: 'Folder for the P7B file' },
    {
      name: 'p7bfilename',
      type: 'text',
      group: 'store',
      valueName: 'NAME',
      description: 'Name of the P7B file without .p7b (default: the common name)',
    },
  ],
  fromArguments(values, _, defaults) {
    const name = values.text('p7bfilename');
    return {
      plugin: 'p7bfile',
      ...folderField(values, folder, defaults?.p7bFile.path),
      ...(name === undefined ? {} : { fileName: requireFileName('p7bfilename', name) }),
    };
  },
  create(options, { files, certificates, defaults }) {
    const path = storedFolder(options, folder, defaults.p7bFile.path);
    const fileName = optionalText(options, 'fileName');
    return {
      ...(fileName === undefined ? {} : { fixedNameOption: 'p7bfilename' }),
      async save({ commonName, certificatePem, chainPem }) {
        const file = join(path, `${fileName ?? toFileName(commonName)}.p7b`);
        const content = await certificates.createP7b([certificatePem, ...chainPem]);
        await files.ensureFolder(path);
        await files.writeAtomic(file, content);
        return { plugin: 'p7bfile', path, items: [file] };
      },
    };
  },
};
