import type { DnsProvider, TxtRecord } from '../../../core/dns.ts';
import type { WacsError } from '../../../core/errors.ts';
import { type ApiServices, DnsApi } from '../dns-api.ts';
import { namesText, possibleZones } from '../dns-zones.ts';
import { inTurn } from '../in-turn.ts';
import { remember } from '../remember.ts';
import { CloudflareApi, cloudflareDialect, type Zone } from './api.ts';

const rights = 'the token needs the permissions Zone:Read and DNS:Edit for it';

/** How the provider reaches the account. */
export interface CloudflareAccess {
  readonly baseUrl: string;
  readonly token: string;
  readonly services: ApiServices;
}

/** TXT records in zones at Cloudflare. Each value is a record of its own, so others are never touched. */
export class CloudflareProvider implements DnsProvider {
  readonly #baseUrl: string;
  readonly #token: string;
  readonly #api: DnsApi;
  /** By name; undefined for a name that is no zone of the token. */
  readonly #zones = new Map<string, Promise<Zone | undefined>>();

  constructor({ baseUrl, token, services }: CloudflareAccess) {
    this.#baseUrl = baseUrl;
    this.#token = token;
    this.#api = new DnsApi(cloudflareDialect, services);
    this.#api.hide(token);
  }

  async createTxt(record: TxtRecord): Promise<void> {
    const api = this.#open(this.#api);
    const zone = await this.#zoneOf(record.name, api);
    await inTurn(this.#turnKey(zone, record), async () => {
      const known = await api.listTxt(zone, record.name);
      if (!known.some(({ value }) => value === record.value)) await api.createTxt(zone, record);
    });
  }

  async deleteTxt(record: TxtRecord): Promise<void> {
    const api = this.#open(this.#api.forCleanUp());
    const zone = await this.#zoneOf(record.name, api);
    await inTurn(this.#turnKey(zone, record), async () => {
      const known = await api.listTxt(zone, record.name);
      for (const { id, value } of known) if (value === record.value) await api.deleteRecord(zone, id, record.name);
    });
  }

  #open(api: DnsApi): CloudflareApi {
    return new CloudflareApi(this.#baseUrl, this.#token, api);
  }

  #turnKey(zone: Zone, { name }: TxtRecord): string {
    return `${this.#baseUrl} ${zone.id} ${name}`;
  }

  async #zoneOf(recordName: string, api: CloudflareApi): Promise<Zone> {
    for (const name of possibleZones(recordName)) {
      const zone = await remember(this.#zones, name, () => api.findZone(name));
      if (zone !== undefined) return zone;
    }
    throw await this.#noZone(recordName, api);
  }

  async #noZone(recordName: string, api: CloudflareApi): Promise<WacsError> {
    const { names, total } = await api.listZoneNames();
    return this.#api.failure(
      `find the zone of ${recordName}`,
      `Cloudflare shows this token no zone it lies in; the zones it shows: ${namesText(names, total)}`,
      `Check that the zone is at Cloudflare; ${rights}.`,
    );
  }
}
