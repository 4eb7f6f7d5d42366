import type { PluginDescriptor, StorePlugin } from '../../core/plugin.ts';
import { booleanField } from '../../core/stored-options.ts';
import { keepExistingOption } from './keep-existing.ts';
import { createWindowsStore } from './windows-store.ts';

/** Store `userstore`: the certificate store of the user who runs the program. */
export const userStore: PluginDescriptor<StorePlugin> = {
  name: 'userstore',
  description: 'the certificate store "My" of the user who runs wacs, which is SYSTEM in the scheduled task',
  options: [keepExistingOption],
  fromArguments(values) {
    return { plugin: 'userstore', ...(values.flag('keepexisting') ? { keepExisting: true } : {}) };
  },
  create(options, services) {
    return createWindowsStore(
      {
        plugin: 'userstore',
        owner: 'user',
        storeName: async () => 'My',
        keepExisting: booleanField(options, 'keepExisting'),
        grants: [],
      },
      services,
    );
  },
};
