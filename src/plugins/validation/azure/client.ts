import { nameInZone } from '../../../core/dns.ts';
import { type ApiCall, type DnsApi, UnreadableReply } from '../dns-api.ts';
import { readJson, requireList, requireText, textAt } from '../dns-api-reply.ts';
import type { AzureEndpoints } from './environments.ts';
import { emptyRecordSet, type RecordSet, readRecordSet, recordSetBody } from './record-set.ts';

const dnsVersion = '2018-05-01';
const subscriptionsVersion = '2020-01-01';
const mostPages = 100;

/** A public zone of Azure DNS. */
export interface DnsZone {
  /** Path of the resource: subscription, resource group and zone. */
  readonly id: string;
  readonly name: string;
}

/** Where zones are looked for. */
export interface ZoneScope {
  readonly subscriptionId: string;
  readonly resourceGroupName: string | undefined;
}

/** What the client works with. */
export interface AzureAccess {
  readonly api: DnsApi;
  readonly endpoints: AzureEndpoints;
  readonly token: () => Promise<string>;
}

/** The calls that are needed of Azure Resource Manager and its provider Microsoft.Network/dnsZones. */
export class AzureClient {
  readonly #access: AzureAccess;

  constructor(access: AzureAccess) {
    this.#access = access;
  }

  /** Ids of all subscriptions that can be seen. */
  async listSubscriptions(): Promise<readonly string[]> {
    const path = `/subscriptions?api-version=${subscriptionsVersion}`;
    return this.#listAll('list the subscriptions', path, (item) => requireText(item, 'subscriptionId'));
  }

  /** All zones of a subscription, or of one resource group in it. */
  async listZones({ subscriptionId, resourceGroupName }: ZoneScope): Promise<readonly DnsZone[]> {
    const group = resourceGroupName === undefined ? '' : `/resourceGroups/${encodeURIComponent(resourceGroupName)}`;
    const place = resourceGroupName === undefined ? '' : `the resource group ${resourceGroupName} of `;
    const path = `/subscriptions/${encodeURIComponent(subscriptionId)}${group}/providers/Microsoft.Network/dnsZones?api-version=${dnsVersion}`;
    return this.#listAll(`list the DNS zones of ${place}the subscription ${subscriptionId}`, path, (zone) => ({
      id: requireText(zone, 'id'),
      name: requireText(zone, 'name').toLowerCase(),
    }));
  }

  /** The TXT record set of a name. */
  async readTxt(zone: DnsZone, recordName: string): Promise<RecordSet> {
    const call = this.#call(`read the TXT records ${recordName} in the zone ${zone.name}`, setPath(zone, recordName));
    const isAnswer: ApiCall['isAnswer'] = ({ status }) => status === 404;
    return this.#access.api.call({ ...call, isAnswer }, (response) =>
      response.status === 404 ? emptyRecordSet : readRecordSet(readJson(response)),
    );
  }

  /**
   * Stores a record set with other values; without any it is deleted.
   * @returns false when it is not as it was read any more
   */
  async writeTxt(zone: DnsZone, recordName: string, set: RecordSet, records: RecordSet['records']): Promise<boolean> {
    const remove = records.length === 0;
    const action = `${remove ? 'delete' : 'change'} the TXT records ${recordName} in the zone ${zone.name}`;
    const condition = set.etag === undefined ? { 'if-none-match': '*' } : { 'if-match': set.etag };
    const call: ApiCall = {
      ...this.#call(action, setPath(zone, recordName), condition),
      ...(remove ? { method: 'DELETE' } : { method: 'PUT', body: recordSetBody(set, records) }),
      isAnswer: ({ status }) => status === 412,
    };
    return this.#access.api.call(call, ({ status }) => status !== 412);
  }

  async #listAll<Item>(action: string, path: string, readItem: (item: unknown) => Item): Promise<readonly Item[]> {
    const found: Item[] = [];
    let call = this.#call(action, path);
    for (let page = 0; page < mostPages; page += 1) {
      const { items, next } = await this.#access.api.call(call, (response) => {
        const reply = readJson(response);
        return { items: requireList(reply, 'value').map(readItem), next: this.#nextPage(reply) };
      });
      found.push(...items);
      if (next === undefined) break;
      call = { ...call, url: next };
    }
    return found;
  }

  /** The token goes to no other host than it was made for. */
  #nextPage(reply: unknown): string | undefined {
    const url = textAt(reply, 'nextLink');
    if (url === undefined || url === '') return undefined;
    if (URL.parse(url)?.origin === new URL(this.#access.endpoints.manager).origin) return url;
    throw new UnreadableReply('the link to the next page leads to another host');
  }

  #call(action: string, path: string, more: Readonly<Record<string, string>> = {}): ApiCall {
    const { endpoints, token } = this.#access;
    const headers = async () => ({
      authorization: `Bearer ${await token()}`,
      'content-type': 'application/json',
      ...more,
    });
    return { action, method: 'GET', url: `${endpoints.manager}${path}`, headers };
  }
}

function setPath({ id, name }: DnsZone, recordName: string): string {
  return `${id}/TXT/${encodeURIComponent(nameInZone(recordName, name))}?api-version=${dnsVersion}`;
}
