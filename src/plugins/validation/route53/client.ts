import type { Clock } from '../../../core/ports.ts';
import type { ApiCall, DnsApi } from '../dns-api.ts';
import { requireText, textAt } from '../dns-api-reply.ts';
import { errorCodeOf } from './dialect.ts';
import type { AwsEndpoints } from './endpoints.ts';
import { type ChangeInfo, changeBody, type RecordSet, readChange, readRecordSet } from './record-set.ts';
import { type AwsCredentials, signedHeaders } from './signing.ts';
import { elementsAt, readXml } from './xml.ts';

/** An account may make five requests a second; some are left to others. */
const leastIntervalMs = 250;
const zonesPerPage = 100;
/** Ten times the zones an account may have without asking for more. */
const mostPages = 50;

/** When the next request to each address may go out, milliseconds since 1970. */
const nextAt = new Map<string, number>();

/** A public hosted zone. */
export interface HostedZone {
  readonly id: string;
  /** Without the final dot. */
  readonly name: string;
}

/** What the client works with. */
export interface Route53Access {
  readonly api: DnsApi;
  readonly endpoints: AwsEndpoints;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly clock: Clock;
}

/** The calls that are needed of the Route 53 API, version 2013-04-01. */
export class Route53Client {
  readonly #access: Route53Access;

  constructor(access: Route53Access) {
    this.#access = access;
  }

  /** All public zones of the account. */
  async listZones(): Promise<readonly HostedZone[]> {
    const zones: HostedZone[] = [];
    let marker: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const query = new URLSearchParams({
        maxitems: String(zonesPerPage),
        ...(marker === undefined ? {} : { marker }),
      });
      const call = await this.#call('list the hosted zones', 'GET', `/hostedzone?${query}`);
      const found = await this.#access.api.call(call, (response) => readZones(readXml(response)));
      zones.push(...found.zones);
      marker = found.next;
      if (marker === undefined) break;
    }
    return zones;
  }

  /** The TXT record set of a name; undefined when there is none. */
  async readTxt(zone: HostedZone, name: string): Promise<RecordSet | undefined> {
    const action = `read the TXT records ${name} in the hosted zone ${zone.name}`;
    const query = new URLSearchParams({ name: `${name}.`, type: 'TXT', maxitems: '10' });
    const call = await this.#call(action, 'GET', `/hostedzone/${zone.id}/rrset?${query}`);
    const found = await this.#access.api.call(call, (response) => {
      const reply = readXml(response);
      requireText(reply, 'ListResourceRecordSetsResponse', 'IsTruncated');
      return readRecordSet(reply, name);
    });
    if (found !== 'special') return found;
    throw this.#access.api.failure(
      action,
      'the record set has a routing policy or is an alias',
      'Replace it by a simple record set, or remove it: wacs adds its value to simple ones only.',
    );
  }

  /**
   * Puts a record set in place of the one there, or deletes it as it is.
   * @returns undefined when it was not deleted because it is not as given any more
   */
  async change(
    action: 'UPSERT' | 'DELETE',
    zone: HostedZone,
    { name, set }: { readonly name: string; readonly set: RecordSet },
  ): Promise<ChangeInfo | undefined> {
    const what = `${action === 'UPSERT' ? 'change' : 'delete'} the TXT records ${name} in the hosted zone ${zone.name}`;
    const call = await this.#call(what, 'POST', `/hostedzone/${zone.id}/rrset`, changeBody(action, name, set));
    const isAnswer: ApiCall['isAnswer'] = (response) =>
      action === 'DELETE' && response.status === 400 && errorCodeOf(response) === 'InvalidChangeBatch';
    return this.#access.api.call({ ...call, isAnswer }, (response) =>
      isAnswer(response) ? undefined : readChange(readXml(response), 'ChangeResourceRecordSets'),
    );
  }

  /** How far a change has come. */
  async readChange(id: string, zone: HostedZone): Promise<ChangeInfo> {
    const call = await this.#call(`follow the change of the hosted zone ${zone.name}`, 'GET', `/change/${id}`);
    return this.#access.api.call(call, (response) => readChange(readXml(response), 'GetChange'));
  }

  async #call(action: string, method: 'GET' | 'POST', path: string, body?: string): Promise<ApiCall> {
    const { endpoints, credentials, clock } = this.#access;
    const url = `${endpoints.route53}/2013-04-01${path}`;
    const content = body === undefined ? {} : { body };
    const request = { method, url, ...content, ...(body === undefined ? {} : { contentType: 'application/xml' }) };
    const scope = { service: 'route53', region: endpoints.route53Region, clock } as const;
    const signer = await credentials();
    const headers = async (): Promise<Readonly<Record<string, string>>> => {
      await this.#pace();
      return signedHeaders(request, signer, scope);
    };
    return { action, method, url, ...content, headers };
  }

  /** Many names at once must not run into the limit of the account. */
  async #pace(): Promise<void> {
    const { clock, endpoints, api } = this.#access;
    const now = clock.now().getTime();
    const at = Math.max(now, nextAt.get(endpoints.route53) ?? 0);
    nextAt.set(endpoints.route53, at + leastIntervalMs);
    if (at > now) await clock.sleep(at - now, api.signal);
  }
}

/** One page of ListHostedZones, private zones left out. @returns `next` undefined on the last page */
function readZones(reply: unknown): { readonly zones: readonly HostedZone[]; readonly next: string | undefined } {
  const path = 'ListHostedZonesResponse';
  const isTruncated = requireText(reply, path, 'IsTruncated') === 'true';
  const zones = elementsAt(reply, path, 'HostedZones', 'HostedZone')
    .filter((zone) => textAt(zone, 'Config', 'PrivateZone') !== 'true')
    .map((zone) => ({
      id: requireText(zone, 'Id').replace(/^\/hostedzone\//, ''),
      name: requireText(zone, 'Name').toLowerCase().replace(/\.$/, ''),
    }));
  return { zones, next: isTruncated ? requireText(reply, path, 'NextMarker') : undefined };
}
