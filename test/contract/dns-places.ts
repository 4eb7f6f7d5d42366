import { createHash, randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { DnsProvider } from '../../src/core/dns.ts';
import type { Identifier } from '../../src/core/identifier.ts';
import type { PluginServices } from '../../src/core/plugin.ts';
import { createFileStore } from '../../src/platform/files.ts';
import { createHttpClient } from '../../src/platform/http.ts';
import { AcmeDnsProvider } from '../../src/plugins/validation/acme-dns/provider.ts';
import { AzureProvider } from '../../src/plugins/validation/azure/provider.ts';
import { CloudflareProvider } from '../../src/plugins/validation/cloudflare/provider.ts';
import { Route53Provider } from '../../src/plugins/validation/route53/provider.ts';
import { createAcmeDnsAccountStore } from '../../src/storage/acme-dns-store.ts';
import { temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { startAcmeDns } from '../support/dns-apis/acme-dns.ts';
import { startAzure } from '../support/dns-apis/azure.ts';
import { startCloudflare } from '../support/dns-apis/cloudflare.ts';
import { createQuickClock, type QuickClock } from '../support/dns-apis/quick-clock.ts';
import { startRoute53 } from '../support/dns-apis/route53.ts';
import { realServices, secrets } from './plugin-samples.ts';

/** A DNS service with a provider for it, seen as its name servers serve it. */
export interface DnsPlace {
  readonly provider: DnsProvider;
  /** A second one for the same service, as another renewal of the run has it. */
  readonly second: DnsProvider;
  /** A name in the place that has no values. */
  readonly name: string;
  /** TXT values of a name. */
  valuesAt(name: string): Promise<readonly string[]>;
  /** Adds a value as another program would. */
  addForeign?(name: string, value: string): Promise<void>;
  /** The same service with credentials that are not accepted. */
  readonly unauthorized: DnsProvider;
  /** Texts that must never be seen. */
  readonly secrets: readonly string[];
}

/** A service of the suite. */
export interface DnsService {
  open(t: TestContext): Promise<DnsPlace>;
  /** The service keeps the last two values of one name that is ours alone, and can remove none. */
  readonly keepsTwo?: boolean;
}

/** A service for each plugin that answers dns-01; one that is missing fails the suite. */
export const dnsServices: Readonly<Record<string, DnsService>> = {
  'acme-dns': { open: acmeDnsPlace, keepsTwo: true },
  azure: { open: azurePlace },
  cloudflare: { open: cloudflarePlace },
  route53: { open: route53Place },
};

/** What is validated. */
export const placeIdentifier: Identifier = { type: 'dns', value: 'example.test' };

/** Real services but for the clock, whose sleeps are over at once. */
export function quickServices(
  t: Pick<TestContext, 'after'>,
  changes: Partial<PluginServices> = {},
): PluginServices & { readonly clock: QuickClock } {
  const http = createHttpClient({ userAgent: 'wacs test', log: createMemoryLog() });
  t.after(() => http.close());
  return { ...realServices(), http, ...changes, clock: createQuickClock() };
}

/** A value as a challenge has it: 43 characters of base64url. */
export function challengeValue(seed: string): string {
  return createHash('sha256').update(seed).digest('base64url');
}

async function cloudflarePlace(t: TestContext): Promise<DnsPlace> {
  const double = await startCloudflare(t);
  const zone = double.addZone('example.test');
  const token = double.addToken({ zones: ['example.test'], mayEdit: true });
  const wrongToken = challengeValue('wrong').slice(0, 40);
  const services = quickServices(t);
  const open = (value: string) => new CloudflareProvider({ baseUrl: double.api, token: value, services });
  return {
    provider: open(token),
    second: open(token),
    name: '_acme-challenge.www.example.test',
    valuesAt: async (name) => double.valuesAt(name),
    addForeign: async (name, value) => double.addRecord(zone, name, value),
    unauthorized: open(wrongToken),
    secrets: [token, wrongToken],
  };
}

async function route53Place(t: TestContext): Promise<DnsPlace> {
  const services = quickServices(t);
  const double = await startRoute53(t, services.clock);
  const zone = double.addZone('example.test');
  const key = double.addKey();
  const wrongSecret = `wrong${randomUUID()}`;
  const open = (secretAccessKey: string) =>
    new Route53Provider({
      accessKeyId: key.accessKeyId,
      secretAccessKey,
      iamRole: undefined,
      arnRole: undefined,
      endpoints: double.endpoints,
      services,
    });
  return {
    provider: open(key.secretAccessKey),
    second: open(key.secretAccessKey),
    name: '_acme-challenge.www.example.test',
    valuesAt: async (name) => double.valuesAt(name),
    async addForeign(name, value) {
      const values = double.valuesAt(name).map((one) => `"${one}"`);
      const others = zone.sets.filter((set) => set.name !== `${name}.`);
      const set = { name: `${name}.`, type: 'TXT', ttl: 300, values: [...values, `"${value}"`] };
      zone.sets.splice(0, zone.sets.length, ...others, set);
    },
    unauthorized: open(wrongSecret),
    secrets: [key.secretAccessKey, wrongSecret],
  };
}

async function azurePlace(t: TestContext): Promise<DnsPlace> {
  const double = await startAzure(t);
  const zone = double.addZone('example.test');
  const client = double.addClient();
  const wrongSecret = `wrong${randomUUID()}`;
  const services = quickServices(t);
  const open = (secret: string) =>
    new AzureProvider({
      ...client,
      secret,
      useMsi: false,
      subscriptionId: undefined,
      resourceGroupName: undefined,
      hostedZone: undefined,
      endpoints: double.endpoints,
      services,
    });
  return {
    provider: open(client.secret),
    second: open(client.secret),
    name: '_acme-challenge.www.example.test',
    valuesAt: async (name) => double.valuesAt(name),
    async addForeign(name, value) {
      const relative = name.replace('.example.test', '');
      const { records = [] } = zone.sets.get(relative) ?? {};
      double.setTxt(zone, relative, { ttl: 300, records: [...records, [value]] });
    },
    unauthorized: open(wrongSecret),
    secrets: [client.secret, wrongSecret],
  };
}

async function acmeDnsPlace(t: TestContext): Promise<DnsPlace> {
  const log = createMemoryLog();
  const store = createAcmeDnsAccountStore(temporaryFolder(t), { files: createFileStore(), secrets, log });
  const services = quickServices(t, { acmeDnsAccounts: store });
  const double = await startAcmeDns(t, services.clock);
  const open = (acmeDnsAccounts = store) => new AcmeDnsProvider(double.url, { ...services, acmeDnsAccounts });
  const unregistered = { name: '_acme-challenge.example.test', value: challengeValue('unregistered') };
  await open()
    .createTxt(unregistered, placeIdentifier)
    .catch(() => undefined);
  const account = await store.read(double.url, unregistered.name);
  if (account === undefined) throw new Error('no account was registered');
  const wrongPassword = `wrong${randomUUID()}`;
  return {
    provider: open(),
    second: open(),
    name: account.fullDomain,
    valuesAt: async (name) => double.valuesAt(name),
    unauthorized: open({ ...store, list: async () => [{ ...account, password: wrongPassword }] }),
    secrets: [account.password, wrongPassword],
  };
}
