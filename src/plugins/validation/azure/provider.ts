import type { DnsProvider, TxtRecord } from '../../../core/dns.ts';
import { type ApiServices, DnsApi } from '../dns-api.ts';
import { longestZones, namesText } from '../dns-zones.ts';
import { inTurn } from '../in-turn.ts';
import { remember } from '../remember.ts';
import { AzureClient, type DnsZone } from './client.ts';
import { loginDialect, managerDialect, metadataDialect } from './dialect.ts';
import type { AzureEndpoints } from './environments.ts';
import { hasValue, type RecordSet } from './record-set.ts';
import { type AzureIdentity, TokenSource } from './tokens.ts';

/** How often a change is tried again that another program has anticipated. */
const mostCollisions = 5;

/** How the provider reaches the zones. */
export interface AzureProviderAccess extends AzureIdentity {
  readonly subscriptionId: string | undefined;
  readonly resourceGroupName: string | undefined;
  /** Name of the zone in lower case; undefined for the longest one that fits. */
  readonly hostedZone: string | undefined;
  readonly endpoints: AzureEndpoints;
  readonly services: ApiServices;
}

/**
 * TXT records in public zones of Azure DNS. A record set is changed as a whole, on the condition that it is as it was
 * read (its etag), so that nothing of it is lost.
 */
export class AzureProvider implements DnsProvider {
  readonly #access: AzureProviderAccess;
  readonly #api: DnsApi;
  readonly #tokens: TokenSource;
  readonly #zones = new Map<string, Promise<readonly DnsZone[]>>();

  constructor(access: AzureProviderAccess) {
    const { services, endpoints } = access;
    const secrets = new Set<string>();
    this.#access = access;
    this.#api = new DnsApi(managerDialect, services, secrets);
    this.#tokens = new TokenSource(access, {
      endpoints,
      login: new DnsApi(loginDialect, services, secrets),
      metadata: new DnsApi(metadataDialect, services, secrets),
      clock: services.clock,
    });
  }

  async createTxt(record: TxtRecord): Promise<void> {
    await this.#change(record, this.#api, (records) =>
      records.some((known) => hasValue(known, record.value)) ? records : [...records, [record.value]],
    );
  }

  async deleteTxt(record: TxtRecord): Promise<void> {
    await this.#change(record, this.#api.forCleanUp(), (records) =>
      records.some((known) => hasValue(known, record.value))
        ? records.filter((known) => !hasValue(known, record.value))
        : records,
    );
  }

  /** @param edit gives the same list back when there is nothing to do */
  async #change(
    { name }: TxtRecord,
    api: DnsApi,
    edit: (records: RecordSet['records']) => RecordSet['records'],
  ): Promise<void> {
    const { endpoints } = this.#access;
    const client = new AzureClient({ api, endpoints, token: () => this.#tokens.get() });
    const zone = await this.#zoneOf(name, client);
    await inTurn(`${endpoints.manager}${zone.id} ${name}`, async () => {
      for (let attempt = 0; attempt < mostCollisions; attempt += 1) {
        const set = await client.readTxt(zone, name);
        const records = edit(set.records);
        if (records === set.records || (await client.writeTxt(zone, name, set, records))) return;
      }
      throw this.#api.failure(
        `change the TXT records ${name} in the zone ${zone.name}`,
        `they were changed by others ${mostCollisions} times`,
        'See which other program changes this record, then run this again.',
      );
    });
  }

  async #zoneOf(recordName: string, client: AzureClient): Promise<DnsZone> {
    const all = await remember(this.#zones, 'all', () => this.#listZones(client));
    const { hostedZone } = this.#access;
    const wanted = hostedZone === undefined ? all : all.filter(({ name }) => name === hostedZone);
    const [zone, ...more] = longestZones(wanted, recordName);
    const names = namesText(all.map(({ name }) => name));
    if (zone === undefined) {
      const place = hostedZone === undefined ? '' : ` of the name ${hostedZone}`;
      throw this.#noZone(recordName, `it lies in no zone${place} that can be seen; these are: ${names}`);
    }
    if (more.length === 0) return zone;
    const ids = [zone, ...more].map(({ id }) => id).join(', ');
    throw this.#noZone(recordName, `several zones are called ${zone.name}: ${ids}`);
  }

  #noZone(recordName: string, reason: string): Error {
    return this.#api.failure(
      `find the zone of ${recordName}`,
      reason,
      'Check --azuresubscriptionid, --azureresourcegroupname and --azurehostedzone; the role "DNS Zone Contributor" for the zone makes it visible.',
    );
  }

  async #listZones(client: AzureClient): Promise<readonly DnsZone[]> {
    const { subscriptionId, resourceGroupName, hostedZone: name } = this.#access;
    // Listing needs rights for the resource group; the zone alone suffices when it is named in full.
    if (subscriptionId !== undefined && resourceGroupName !== undefined && name !== undefined) {
      return [{ id: zoneId(subscriptionId, resourceGroupName, name), name }];
    }
    const subscriptions = subscriptionId === undefined ? await client.listSubscriptions() : [subscriptionId];
    const zones: DnsZone[] = [];
    for (const id of subscriptions) zones.push(...(await client.listZones({ subscriptionId: id, resourceGroupName })));
    return zones;
  }
}

function zoneId(subscriptionId: string, resourceGroupName: string, name: string): string {
  const group = `/subscriptions/${encodeURIComponent(subscriptionId)}/resourceGroups/${encodeURIComponent(resourceGroupName)}`;
  return `${group}/providers/Microsoft.Network/dnsZones/${encodeURIComponent(name)}`;
}
