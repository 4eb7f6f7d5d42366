import type { Named } from '../core/deploy.ts';
import { WacsError } from '../core/errors.ts';
import type { PluginDescriptor, PluginRegistry, PluginServices } from '../core/plugin.ts';
import type { PlanResolver } from '../core/renew-services.ts';
import type { PluginOptions } from '../core/renewal.ts';

/** Turns stored plans into plugins of the registry. */
export function createPlanResolver(registry: PluginRegistry, services: PluginServices): PlanResolver {
  return {
    source: (plan) => create('source', registry.source, plan.source, services),
    order: (plan) => create('order', registry.order, plan.order, services),
    csr: (plan) => (plan.csr === undefined ? undefined : create('csr', registry.csr, plan.csr, services)),
    validation: (plan) => create('validation', registry.validation, plan.validation, services),
    stores: (plan) => plan.store.map((options) => named('store', registry.store, options, services)),
    installations: (plan) =>
      plan.installation.map((options) => named('installation', registry.installation, options, services)),
  };
}

function named<Plugin>(
  family: string,
  descriptors: readonly PluginDescriptor<Plugin>[],
  options: PluginOptions,
  services: PluginServices,
): Named<Plugin> {
  return { name: options.plugin, plugin: create(family, descriptors, options, services) };
}

function create<Plugin>(
  family: string,
  descriptors: readonly PluginDescriptor<Plugin>[],
  options: PluginOptions,
  services: PluginServices,
): Plugin {
  const descriptor = descriptors.find(({ name }) => name === options.plugin);
  if (descriptor !== undefined) return descriptor.create(options, services);
  throw new WacsError(
    'ConfigurationError',
    `the renewal uses the ${family} plugin "${options.plugin}", which this version does not have`,
    {
      hint: `Known are: ${descriptors.map(({ name }) => name).join(', ')}.`,
    },
  );
}
