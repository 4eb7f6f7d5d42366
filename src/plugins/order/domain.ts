import type { Identifier } from '../../core/identifier.ts';
import type { OrderPlugin, PluginDescriptor } from '../../core/plugin.ts';
import { splitBy } from './parts.ts';

/** Order `domain`: one certificate for each registrable domain, by the public suffix list. */
export const domainOrder: PluginDescriptor<OrderPlugin> = {
  name: 'domain',
  description: 'one certificate for each domain as it is registered, such as example.com or example.co.uk',
  options: [],
  fromArguments: () => ({ plugin: 'domain' }),
  create: () => ({
    async split(target) {
      const { getDomain } = await import('tldts');
      return splitBy(target, (identifier) => domainOf(identifier, getDomain));
    },
  }),
};

/**
 * Suffixes of providers (azurewebsites.net, github.io) count like those of registries: names below them belong to
 * different people, and CAs count their rate limits so. What has no domain stands for itself.
 */
function domainOf({ type, value }: Identifier, getDomain: typeof import('tldts').getDomain): string {
  if (type === 'ip') return value;
  const name = value.replace(/^\*\./, '');
  return getDomain(name, { allowPrivateDomains: true, validateHostname: false }) ?? name;
}
