import type { InstallationPlugin, PluginDescriptor } from '../../core/plugin.ts';

/** Installation `none`: storing the certificate is all there is to do. */
export const noInstallation: PluginDescriptor<InstallationPlugin> = {
  name: 'none',
  description: 'no installation step',
  options: [],
  fromArguments: () => ({ plugin: 'none' }),
  create: () => ({ install: () => Promise.resolve() }),
};
