import type { OrderPlugin, PluginDescriptor } from '../../core/plugin.ts';
import { splitBy } from './parts.ts';

/** Order `host`: one certificate for each host. */
export const hostOrder: PluginDescriptor<OrderPlugin> = {
  name: 'host',
  description: 'one certificate for each host',
  options: [],
  fromArguments: () => ({ plugin: 'host' }),
  create: () => ({ split: async (target) => splitBy(target, ({ value }) => value) }),
};
