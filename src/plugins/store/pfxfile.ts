import { join } from 'node:path';
import type { PfxProtection } from '../../core/certificate.ts';
import { WacsError } from '../../core/errors.ts';
import type { PluginDescriptor, StorePlugin } from '../../core/plugin.ts';
import { optionalText, requiredText } from '../../core/stored-options.ts';
import { requireFileName, toFileName } from './file-name.ts';

const protections = ['modern', 'legacy'] as const;

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
  ],
  fromArguments(values, protect) {
    const path = values.text('pfxfilepath');
    if (path === undefined)
      throw new WacsError('UsageError', '--store pfxfile needs --pfxfilepath', { hint: 'Give --pfxfilepath DIR.' });
    const name = values.text('pfxfilename');
    const password = values.text('pfxpassword');
    const protection = values.text('pfxprotection');
    return {
      plugin: 'pfxfile',
      path,
      ...(name === undefined ? {} : { fileName: requireFileName('pfxfilename', name) }),
      ...(password === undefined ? {} : { pfxPassword: protect(password) }),
      ...(protection === undefined ? {} : { protection }),
    };
  },
  create(options, { files, certificates, revealSecret, defaults }) {
    const path = requiredText(options, 'path');
    const fileName = optionalText(options, 'fileName');
    const stored = optionalText(options, 'pfxPassword');
    const protection = parseProtection(optionalText(options, 'protection')) ?? defaults.pfxProtection;
    return {
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

function parseProtection(text: string | undefined): PfxProtection | undefined {
  if (text === undefined) return undefined;
  const known = protections.find((protection) => protection === text);
  if (known !== undefined) return known;
  throw new WacsError(
    'ConfigurationError',
    `options of plugin "pfxfile": field "protection" is "${text}", expected modern or legacy`,
  );
}
