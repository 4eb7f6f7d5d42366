import { WacsError } from '../../../core/errors.ts';
import type { PluginServices, ValidationDescriptor, ValidationPlugin } from '../../../core/plugin.ts';
import { requiredText } from '../../../core/stored-options.ts';
import { challengeRecordName, createDnsValidation } from '../dns-validation.ts';
import { lazyDnsProvider } from '../lazy-dns-provider.ts';

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
    return createAcmeDnsValidation(server, services);
  },
};

/** Before the record is put in place, the name has to lead to the account at the server. */
function createAcmeDnsValidation(server: string, services: PluginServices): ValidationPlugin {
  const parts = lazily(async () => {
    const [{ AcmeDnsProvider }, { AcmeDnsAccounts }] = await Promise.all([
      import('./provider.ts'),
      import('./accounts.ts'),
    ]);
    const accounts = new AcmeDnsAccounts(server, services);
    return { accounts, provider: new AcmeDnsProvider(accounts, services) };
  });
  const inner = createDnsValidation(
    lazyDnsProvider(async () => (await parts()).provider),
    services,
  );
  return {
    ...inner,
    async prepare(task) {
      const { accounts } = await parts();
      await accounts.requireDelegation(challengeRecordName(task.identifier));
      await inner.prepare(task);
    },
  };
}

function lazily<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= load();
    return value;
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
