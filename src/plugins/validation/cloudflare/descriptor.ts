import { WacsError } from '../../../core/errors.ts';
import type { ValidationDescriptor } from '../../../core/plugin.ts';
import { requiredText } from '../../../core/stored-options.ts';
import { createDnsValidation } from '../dns-validation.ts';
import { lazyDnsProvider } from '../lazy-dns-provider.ts';

/** Address of the API, version 4. */
const publicApi = 'https://api.cloudflare.com/client/v4';

/** Validation `cloudflare`: dns-01 by TXT records in a zone at Cloudflare. */
export const cloudflareValidation = createCloudflareValidation(publicApi);

/** The plugin for an API at another address. */
export function createCloudflareValidation(baseUrl: string): ValidationDescriptor {
  return {
    name: 'cloudflare',
    challengeTypes: ['dns-01'],
    description: 'dns-01 by Cloudflare DNS',
    options: [
      {
        name: 'cloudflareapitoken',
        type: 'text',
        group: 'validation',
        valueName: 'TOKEN',
        secret: true,
        description: 'API token with the permissions Zone:Read and DNS:Edit for the zone',
      },
    ],
    secretFields: ['apiToken'],
    fromArguments(values, protect) {
      const token = values.text('cloudflareapitoken');
      if (token !== undefined) return { plugin: 'cloudflare', apiToken: protect(token) };
      throw new WacsError('UsageError', '--validation cloudflare needs --cloudflareapitoken', {
        hint: 'Create an API token with the permissions Zone:Read and DNS:Edit in the dashboard of Cloudflare.',
      });
    },
    create(options, services) {
      const apiToken = requiredText(options, 'apiToken');
      const provider = lazyDnsProvider(async () => {
        const { CloudflareProvider } = await import('./provider.ts');
        return new CloudflareProvider({ baseUrl, token: await services.revealSecret(apiToken), services });
      });
      return createDnsValidation(provider, services);
    },
  };
}
