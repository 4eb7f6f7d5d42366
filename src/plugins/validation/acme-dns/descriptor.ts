import { WacsError } from '../../../core/errors.ts';
import type { PluginServices, ValidationDescriptor, ValidationPlugin } from '../../../core/plugin.ts';
import { requiredText } from '../../../core/stored-options.ts';
import { challengeRecordName, createDnsValidation } from '../dns-validation.ts';
import { lazyDnsProvider } from '../lazy-dns-provider.ts';
import { givePlace, type Places, takePlace } from './places.ts';

/** Validation `acme-dns`: dns-01 by an acme-dns server, to which the challenge's name leads by CNAME. */
export const acmeDnsValidation: ValidationDescriptor = {
  name: 'acme-dns',
  challengeTypes: ['dns-01'],
  description: 'dns-01 by an acme-dns server to which _acme-challenge leads by CNAME',
  options: [
    {
      name: 'acmednsserver',
      type: 'text',
      group: 'validation',
      valueName: 'URL',
      description: 'Address of the acme-dns server, such as https://auth.example.org',
    },
  ],
  fromArguments(values) {
    const server = values.text('acmednsserver');
    if (server !== undefined) return { plugin: 'acme-dns', baseUri: normalAddress(server) };
    throw new WacsError('UsageError', '--validation acme-dns needs --acmednsserver', {
      hint: 'Give --acmednsserver URL, the address of the API of your acme-dns server.',
    });
  },
  create(options, services) {
    const server = requiredText(options, 'baseUri').replace(/\/+$/, '');
    const provider = lazyDnsProvider(async () => {
      const { AcmeDnsProvider } = await import('./provider.ts');
      return new AcmeDnsProvider(server, services);
    });
    return withPlaces(server, createDnsValidation(provider, services), services);
  },
};

/** A server keeps two values of a name, so no more than two are put in place at a time. */
function withPlaces(server: string, validation: ValidationPlugin, services: PluginServices): ValidationPlugin {
  const taken = new Map<string, string>();
  const holderOf = (task: { readonly token: string }): string => task.token;
  return {
    ...validation,
    async prepare(task) {
      const name = await services.dns.followAliases(challengeRecordName(task.identifier));
      const places: Places = { server, name };
      await takePlace(places, holderOf(task), services);
      taken.set(holderOf(task), name);
      await validation.prepare(task);
    },
    async cleanUp(task) {
      const name = taken.get(holderOf(task));
      try {
        await validation.cleanUp(task);
      } finally {
        if (name !== undefined) givePlace({ server, name }, holderOf(task));
        taken.delete(holderOf(task));
      }
    },
  };
}

/** https unless another scheme is given, without a final slash. @throws WacsError UsageError. */
function normalAddress(text: string): string {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  const isUsable =
    url !== null && ['https:', 'http:'].includes(url.protocol) && url.search === '' && url.username === '';
  if (isUsable) return url.href.replace(/\/+$/, '');
  throw new WacsError('UsageError', '--acmednsserver is not the address of a server', {
    hint: 'Give an address such as https://auth.example.org, without user, password and question mark.',
  });
}
