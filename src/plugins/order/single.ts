import type { OrderPlugin, PluginDescriptor } from '../../core/plugin.ts';

/** Order `single`: one certificate for all hosts. */
export const singleOrder: PluginDescriptor<OrderPlugin> = {
  name: 'single',
  description: 'one certificate for all hosts',
  options: [],
  fromArguments: () => ({ plugin: 'single' }),
  create: () => ({ split: async (target) => [{ target }] }),
};
