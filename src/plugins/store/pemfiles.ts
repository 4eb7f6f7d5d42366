import { join } from 'node:path';
import type { IssuedCertificate } from '../../core/certificate.ts';
import type { PluginDescriptor, StorePlugin } from '../../core/plugin.ts';
import { optionalText } from '../../core/stored-options.ts';
import { requireFileName, toFileName } from './file-name.ts';
import { type FolderNames, folderField, storedFolder } from './folder.ts';

const folder: FolderNames = { store: 'pemfiles', option: 'pemfilespath', setting: 'Store.PemFiles.DefaultPath' };

/** Store `pemfiles`: PEM files for Apache, nginx and others, named as win-acme names them. */
export const pemFilesStore: PluginDescriptor<StorePlugin> = {
  name: 'pemfiles',
  description: 'PEM files: NAME-crt.pem, NAME-chain.pem, NAME-chain-only.pem, NAME-key.pem',
  options: [
    { name: 'pemfilespath', type: 'text', group: 'store', valueName: 'DIR', description: 'Folder for the PEM files' },
    {
      name: 'pemfilesname',
      type: 'text',
      group: 'store',
      valueName: 'NAME',
      description: 'Beginning of the PEM file names (default: the common name)',
    },
    {
      name: 'pempassword',
      type: 'text',
      group: 'store',
      valueName: 'PASSWORD',
      secret: true,
      description: 'Password that encrypts the private key',
    },
  ],
  secretFields: ['pemPassword'],
  fromArguments(values, protect, defaults) {
    const name = values.text('pemfilesname');
    const password = values.text('pempassword');
    return {
      plugin: 'pemfiles',
      ...folderField(values, folder, defaults?.pemFiles.path),
      ...(name === undefined ? {} : { fileName: requireFileName('pemfilesname', name) }),
      ...(password === undefined ? {} : { pemPassword: protect(password) }),
    };
  },
  create(options, { files, certificates, revealSecret, defaults }) {
    const path = storedFolder(options, folder, defaults.pemFiles.path);
    const fileName = optionalText(options, 'fileName');
    const stored = optionalText(options, 'pemPassword') ?? defaults.pemFiles.password;
    const protect = async (keyPem: string): Promise<string> =>
      stored === undefined ? keyPem : certificates.encryptPrivateKey(keyPem, await revealSecret(stored));
    return {
      ...(fileName === undefined ? {} : { fixedNameOption: 'pemfilesname' }),
      async save(certificate) {
        const base = join(path, fileName ?? toFileName(certificate.commonName));
        const { privateKeyPem } = certificate;
        const key = privateKeyPem === undefined ? undefined : await protect(privateKeyPem);
        await files.ensureFolder(path);
        const items = pemFiles(base, certificate, key);
        for (const { path: file, content, isPrivate } of items)
          await files.writeAtomic(file, content, { private: isPrivate });
        return { plugin: 'pemfiles', path, items: items.map((item) => item.path) };
      },
    };
  },
};

/**
 * The key comes first: whatever a kill leaves behind, no certificate is without its key for longer than needed. Without
 * a key no file is written for it, and one that lies there is the user's own.
 */
function pemFiles(
  base: string,
  certificate: IssuedCertificate,
  key: string | undefined,
): { path: string; content: string; isPrivate: boolean }[] {
  const chainOnly = certificate.chainPem.join('');
  return [
    ...(key === undefined ? [] : [{ path: `${base}-key.pem`, content: key, isPrivate: true }]),
    { path: `${base}-crt.pem`, content: certificate.certificatePem, isPrivate: false },
    { path: `${base}-chain.pem`, content: certificate.certificatePem + chainOnly, isPrivate: false },
    { path: `${base}-chain-only.pem`, content: chainOnly, isPrivate: false },
  ];
}
