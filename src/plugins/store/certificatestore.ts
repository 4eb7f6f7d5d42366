import type { KeyGrant } from '../../core/certificate-store.ts';
import type { PluginDescriptor, StorePlugin } from '../../core/plugin.ts';
import { booleanField, optionalText, textList } from '../../core/stored-options.ts';
import { keepExistingOption } from './keep-existing.ts';
import { createWindowsStore } from './windows-store.ts';

/** What the console of Windows calls `My`, and what win-acme takes for it. */
const namesOfMy = /^(?:personal|computer)$/i;

/** Store `certificatestore`: the machine's certificate store of Windows, for IIS and other services. */
export const certificateStore: PluginDescriptor<StorePlugin> = {
  name: 'certificatestore',
  description: "the machine's certificate store of Windows, with key, friendly name and chain",
  options: [
    {
      name: 'certificatestore',
      type: 'text',
      group: 'store',
      valueName: 'NAME',
      description: 'Name of the store (default: WebHosting with IIS 8 or later, otherwise My)',
    },
    keepExistingOption,
    {
      name: 'acl-fullcontrol',
      type: 'list',
      group: 'store',
      valueName: 'ACCOUNTS',
      description: 'Accounts that get full control of the private key, beside SYSTEM and Administrators',
    },
    {
      name: 'acl-read',
      type: 'list',
      group: 'store',
      valueName: 'ACCOUNTS',
      description:
        'Accounts that may use the private key, such as "NETWORK SERVICE", "IIS AppPool\\Site", DOMAIN\\user or a SID',
    },
  ],
  fromArguments(values) {
    const storeName = values.text('certificatestore');
    const aclFullControl = values.list('acl-fullcontrol');
    const aclRead = values.list('acl-read');
    return {
      plugin: 'certificatestore',
      ...(storeName === undefined ? {} : { storeName }),
      ...(values.flag('keepexisting') ? { keepExisting: true } : {}),
      ...(aclFullControl.length === 0 ? {} : { aclFullControl }),
      ...(aclRead.length === 0 ? {} : { aclRead }),
    };
  },
  create(options, services) {
    const name = optionalText(options, 'storeName') ?? services.defaults.certificateStore.name;
    const accounts = (field: string, right: KeyGrant['right']): readonly KeyGrant[] =>
      textList(options, field).map((account) => ({ account, right }));
    return createWindowsStore(
      {
        plugin: 'certificatestore',
        owner: 'machine',
        storeName: async () => (name === undefined ? services.certificateStore.defaultName() : toStoreName(name)),
        keepExisting: booleanField(options, 'keepExisting'),
        grants: [...accounts('aclFullControl', 'full'), ...accounts('aclRead', 'read')],
      },
      services,
    );
  },
};

function toStoreName(name: string): string {
  return namesOfMy.test(name) ? 'My' : name;
}
