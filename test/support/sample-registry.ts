import type { OptionDefinition } from '../../src/core/option.ts';
import type { PluginDescriptor, PluginFamily, PluginRegistry } from '../../src/core/plugin.ts';

const webroot: OptionDefinition = {
  name: 'webroot',
  type: 'text',
  group: 'validation',
  valueName: 'DIR',
  description: 'root folder of the web server',
};
const port: OptionDefinition = {
  name: 'validationport',
  type: 'integer',
  group: 'validation',
  valueName: 'PORT',
  description: 'port to listen on',
  range: [1, 65_535],
  default: '80',
};
const pfxPassword: OptionDefinition = {
  name: 'pfxpassword',
  type: 'text',
  group: 'store',
  valueName: 'PASSWORD',
  description: 'password of the PFX file',
  secret: true,
};
const keyOptions: readonly OptionDefinition[] = [
  { name: 'reuse-privatekey', type: 'flag', group: 'csr', description: 'keep the private key when renewing' },
];

/** Plugins that declare options and do nothing, for tests of the command line. */
export const sampleRegistry: PluginRegistry = {
  source: [
    sample('manual', 'names from the command line', [
      { name: 'host', type: 'list', group: 'source', valueName: 'NAMES', description: 'host names' },
      commonName('the first host'),
    ]),
    sample('csr', 'names and key from a file', [
      { name: 'csrfile', type: 'text', group: 'source', valueName: 'FILE', description: 'request file' },
      { name: 'pkfile', type: 'text', group: 'source', valueName: 'FILE', description: 'key file', needs: ['csrfile'] },
      commonName('the name in the request'),
    ]),
  ],
  order: [sample('single', 'one certificate for all names', [])],
  validation: [
    { ...sample('selfhosting', 'answers the CA on a port of its own', [port]), challengeTypes: ['http-01'] },
    { ...sample('filesystem', 'files in the folder of a web server', [webroot]), challengeTypes: ['http-01'] },
  ],
  csr: [sample('rsa', 'RSA key', keyOptions), sample('ec', 'elliptic curve key', keyOptions)],
  store: [
    sample('certificatestore', 'the certificate store of Windows', []),
    sample('pemfiles', 'PEM files in a folder', [
      { name: 'pemfilespath', type: 'text', group: 'store', valueName: 'DIR', description: 'folder for the files' },
    ]),
    sample('pfxfile', 'PFX file in a folder', [
      { name: 'pfxfilepath', type: 'text', group: 'store', valueName: 'DIR', description: 'folder for the file' },
      pfxPassword,
    ]),
    sample('centralssl', 'PFX file for each host', [pfxPassword]),
    sample('none', 'nowhere', []),
  ],
  installation: [
    sample('none', 'nothing', []),
    sample('script', 'a script of your own', [
      { name: 'script', type: 'text', group: 'installation', valueName: 'FILE', description: 'script to run' },
      {
        name: 'scriptparameters',
        type: 'text',
        group: 'installation',
        valueName: 'TEXT',
        description: 'its parameters',
        needs: ['script'],
      },
    ]),
  ],
};

/** The registry with the plugins of one family replaced by one with these options. */
export function registryWith(
  family: PluginFamily,
  ...options: readonly (readonly OptionDefinition[])[]
): PluginRegistry {
  const added = options.map((list, index) => sample(`extra${index}`, 'an extra plugin', list));
  return { ...sampleRegistry, [family]: [...sampleRegistry[family], ...added] };
}

function commonName(fallback: string): OptionDefinition {
  return {
    name: 'commonname',
    type: 'text',
    group: 'source',
    valueName: 'NAME',
    description: 'common name',
    default: fallback,
  };
}

function sample(name: string, description: string, options: readonly OptionDefinition[]): PluginDescriptor<never> {
  return {
    name,
    description,
    options,
    fromArguments: () => ({ plugin: name }),
    create: () => {
      throw new Error(`${name} is a sample and cannot be made`);
    },
  };
}
