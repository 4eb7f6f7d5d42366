import { WacsError } from '../../../core/errors.ts';
import type { OptionDefinition } from '../../../core/option.ts';
import type { OptionValues, ProtectSecret, ValidationDescriptor } from '../../../core/plugin.ts';
import type { PluginOptions } from '../../../core/renewal.ts';
import { booleanField, optionalText, requiredText } from '../../../core/stored-options.ts';
import { createDnsValidation } from '../dns-validation.ts';
import { lazyDnsProvider } from '../lazy-dns-provider.ts';
import { type AzureEndpoints, azureEnvironments } from './environments.ts';

const defaultEnvironment = 'azurecloud';

const options: readonly OptionDefinition[] = [
  {
    name: 'azureenvironment',
    type: 'text',
    group: 'validation',
    valueName: 'CLOUD',
    values: Object.keys(azureEnvironments),
    default: defaultEnvironment,
    description: 'Azure cloud the zone is in',
  },
  {
    name: 'azureusemsi',
    type: 'flag',
    group: 'validation',
    description: 'Sign in as the managed identity of this virtual machine',
  },
  {
    name: 'azuretenantid',
    type: 'text',
    group: 'validation',
    valueName: 'ID',
    description: 'Directory (tenant) ID of the app registration',
  },
  {
    name: 'azureclientid',
    type: 'text',
    group: 'validation',
    valueName: 'ID',
    description: 'Application (client) ID of the app registration, or of a user-assigned managed identity',
  },
  {
    name: 'azuresecret',
    type: 'text',
    group: 'validation',
    valueName: 'SECRET',
    secret: true,
    description: 'Client secret of the app registration',
  },
  {
    name: 'azuresubscriptionid',
    type: 'text',
    group: 'validation',
    valueName: 'ID',
    description: 'Subscription with the zone (default: all that can be seen)',
  },
  {
    name: 'azureresourcegroupname',
    type: 'text',
    group: 'validation',
    valueName: 'NAME',
    needs: ['azuresubscriptionid'],
    description:
      'Resource group with the zone (default: all that can be seen); with --azurehostedzone, rights for that zone suffice',
  },
  {
    name: 'azurehostedzone',
    type: 'text',
    group: 'validation',
    valueName: 'ZONE',
    description: 'Name of the zone (default: the longest one that fits)',
  },
];

/** Validation `azure`: dns-01 by TXT records in a public zone of Azure DNS. */
export const azureValidation = createAzureValidation((environment) => azureEnvironments[environment]);

/** The plugin for clouds at other addresses. @param endpointsOf undefined for a cloud that is not known */
export function createAzureValidation(
  endpointsOf: (environment: string) => AzureEndpoints | undefined,
): ValidationDescriptor {
  return {
    name: 'azure',
    challengeTypes: ['dns-01'],
    description: 'dns-01 by Azure DNS',
    options,
    secretFields: ['secret'],
    fromArguments: readArguments,
    create(stored, services) {
      const { environment, secret, ...access } = readStored(stored);
      const endpoints = endpointsOf(environment.toLowerCase());
      if (endpoints === undefined) throw unknownEnvironment(environment);
      const provider = lazyDnsProvider(async () => {
        const { AzureProvider } = await import('./provider.ts');
        const revealed = secret === undefined ? undefined : await services.revealSecret(secret);
        return new AzureProvider({ ...access, secret: revealed, endpoints, services });
      });
      return createDnsValidation(provider, services);
    },
  };
}

function readArguments(values: OptionValues, protect: ProtectSecret): PluginOptions {
  const useMsi = values.flag('azureusemsi');
  const secret = values.text('azuresecret');
  const texts: Readonly<Record<string, string | undefined>> = {
    tenantId: values.text('azuretenantid'),
    clientId: values.text('azureclientid'),
    subscriptionId: values.text('azuresubscriptionid'),
    resourceGroupName: values.text('azureresourcegroupname'),
    hostedZone: values.text('azurehostedzone'),
  };
  if (!useMsi) requireSecretAccess({ ...texts, secret });
  return {
    plugin: 'azure',
    environment: values.text('azureenvironment') ?? defaultEnvironment,
    useMsi,
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
    ...(secret === undefined ? {} : { secret: protect(secret) }),
  };
}

function requireSecretAccess(given: Readonly<Record<string, string | undefined>>): void {
  const needed = { tenantId: '--azuretenantid', clientId: '--azureclientid', secret: '--azuresecret' };
  const missing = Object.entries(needed).flatMap(([field, option]) => (given[field] === undefined ? [option] : []));
  if (missing.length === 0) return;
  throw new WacsError('UsageError', `--validation azure needs ${missing.join(' and ')}, or --azureusemsi`, {
    hint: 'Give tenant, client and secret of an app registration, or --azureusemsi on a virtual machine with a managed identity.',
  });
}

function readStored(stored: PluginOptions) {
  const useMsi = booleanField(stored, 'useMsi');
  const read = useMsi ? optionalText : requiredText;
  return {
    environment: optionalText(stored, 'environment') ?? defaultEnvironment,
    useMsi,
    tenantId: read(stored, 'tenantId'),
    clientId: read(stored, 'clientId'),
    secret: read(stored, 'secret'),
    subscriptionId: optionalText(stored, 'subscriptionId'),
    resourceGroupName: optionalText(stored, 'resourceGroupName'),
    hostedZone: optionalText(stored, 'hostedZone')?.toLowerCase(),
  };
}

function unknownEnvironment(environment: string): WacsError {
  return new WacsError(
    'ConfigurationError',
    `options of plugin "azure": field "environment" is "${environment}", expected one of ${Object.keys(azureEnvironments).join(', ')}`,
    { hint: 'Create the renewal again with the same --id, or correct the file by hand.' },
  );
}
