import { domainToASCII } from 'node:url';
import type { TxtRecord } from '../../../core/dns.ts';
import type { HttpResponse } from '../../../core/ports.ts';
import { type ApiCall, type ApiDialect, type DnsApi, UnreadableReply } from '../dns-api.ts';
import { jsonOrNothing, listAt, readJson, requireList, requireText, textAt, valueAt } from '../dns-api-reply.ts';

/** The least that a zone outside the Enterprise plan takes, in seconds. */
const timeToLive = 60;
const zonesPerPage = 50;
const recordsPerPage = 100;
/** More pages than any zone has TXT records of one name. */
const mostPages = 100;
/** `The record already exists` and `An identical record already exists`. */
const existsAlready = [81057, 81058];
/** `Record does not exist`, beside the status 404. */
const goneAlready = [81044];

/** A zone of the account. */
export interface Zone {
  readonly id: string;
  readonly name: string;
}

/** How Cloudflare refuses: `errors` with code, message and the chain of their causes. */
export const cloudflareDialect: ApiDialect = {
  service: 'Cloudflare',
  wordsOf: (response) => errorsIn(response).join('; ') || undefined,
  hintFor({ status }) {
    if (status === 400) return 'Check --cloudflareapitoken: it must be an API token, not the global API key.';
    if (status === 401 || status === 403) {
      return 'Check that the API token is valid and has the permissions Zone:Read and DNS:Edit for the zone; if it is limited to some addresses, this machine must be among them.';
    }
    if (status === 429) return 'The account has made too many requests; the next run tries again.';
    return 'Run this again; the state of the service is at https://www.cloudflarestatus.com.';
  },
};

/** The calls that are needed of Cloudflare's API, version 4. */
export class CloudflareApi {
  readonly #baseUrl: string;
  readonly #token: string;
  readonly #api: DnsApi;

  constructor(baseUrl: string, token: string, api: DnsApi) {
    this.#baseUrl = baseUrl;
    this.#token = token;
    this.#api = api;
  }

  /** The zone of that name; an active one if there are several. */
  async findZone(name: string): Promise<Zone | undefined> {
    const call = this.#get(`look for the zone ${name}`, `/zones?${new URLSearchParams({ name })}`);
    return this.#api.call(call, (response) => {
      const same = requireList(readReply(response), 'result').filter(
        (zone) => asAscii(textAt(zone, 'name') ?? '') === name,
      );
      const zone = same.find((one) => textAt(one, 'status') === 'active') ?? same[0];
      return zone === undefined ? undefined : { id: requireText(zone, 'id'), name };
    });
  }

  /** Names of the first zones the token shows, and how many there are. */
  async listZoneNames(): Promise<{ readonly names: readonly string[]; readonly total: number }> {
    const call = this.#get('list the zones', `/zones?per_page=${zonesPerPage}`);
    return this.#api.call(call, (response) => {
      const reply = readReply(response);
      const names = requireList(reply, 'result').map((zone) => requireText(zone, 'name'));
      const total = valueAt(reply, 'result_info', 'total_count');
      return { names, total: typeof total === 'number' ? total : names.length };
    });
  }

  /** All TXT records of a name. */
  async listTxt(zone: Zone, name: string): Promise<readonly { readonly id: string; readonly value: string }[]> {
    const found: { id: string; value: string }[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const query = new URLSearchParams({ type: 'TXT', name, page: String(page), per_page: String(recordsPerPage) });
      const action = `list the TXT records ${name} in the zone ${zone.name}`;
      const call = this.#get(action, `/zones/${zone.id}/dns_records?${query}`);
      const { records, pages } = await this.#api.call(call, readRecords);
      found.push(...records.filter((record) => record.name === name));
      if (page >= pages) break;
    }
    return found;
  }

  /** Adds a record; one that is there already is no failure. */
  async createTxt(zone: Zone, { name, value }: TxtRecord): Promise<void> {
    const call = {
      ...this.#get(`create the TXT record ${name} in the zone ${zone.name}`, `/zones/${zone.id}/dns_records`),
      method: 'POST' as const,
      // Without quotation marks Cloudflare marks the record as faulty.
      body: JSON.stringify({ type: 'TXT', name, content: `"${value}"`, ttl: timeToLive }),
      isAnswer: (response: HttpResponse) => hasCode(response, existsAlready),
    };
    await this.#api.call(call, (response) => response.status === 200 && readReply(response));
  }

  /** Removes a record; one that is gone already is no failure. */
  async deleteRecord(zone: Zone, id: string, name: string): Promise<void> {
    const call = {
      ...this.#get(`delete the TXT record ${name} in the zone ${zone.name}`, `/zones/${zone.id}/dns_records/${id}`),
      method: 'DELETE' as const,
      isAnswer: (response: HttpResponse) => response.status === 404 || hasCode(response, goneAlready),
    };
    await this.#api.call(call, () => undefined);
  }

  #get(action: string, path: string): ApiCall {
    return {
      action,
      method: 'GET',
      url: `${this.#baseUrl}${path}`,
      headers: () => ({ authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }),
    };
  }
}

/** @throws UnreadableReply when the answer is no JSON or does not say that it is a success. */
function readReply(response: HttpResponse): unknown {
  const reply = readJson(response);
  if (valueAt(reply, 'success') === true) return reply;
  throw new UnreadableReply(errorsIn(response).join('; ') || 'it is not marked as a success');
}

/** Names as TXT records have them: A-labels in lower case. */
function asAscii(name: string): string {
  return domainToASCII(name) || name.toLowerCase();
}

function readRecords(response: HttpResponse): {
  readonly records: readonly { readonly id: string; readonly name: string; readonly value: string }[];
  readonly pages: number;
} {
  const reply = readReply(response);
  const records = requireList(reply, 'result').map((record) => ({
    id: requireText(record, 'id'),
    name: asAscii(requireText(record, 'name')),
    value: unquoted(textAt(record, 'content') ?? ''),
  }));
  const pages = valueAt(reply, 'result_info', 'total_pages');
  if (pages !== undefined && typeof pages !== 'number') throw new UnreadableReply('"total_pages" is no number');
  return { records, pages: pages ?? 1 };
}

/** Records made by others may have no quotation marks, or several strings (RFC 1035 section 3.3.14). */
function unquoted(content: string): string {
  const strings = content.match(/"(?:[^"\\]|\\.)*"/g);
  return strings === null ? content : strings.map((string) => string.slice(1, -1)).join('');
}

function hasCode(response: HttpResponse, codes: readonly number[]): boolean {
  return listAt(jsonOrNothing(response), 'errors').some((error) =>
    codes.some((code) => valueAt(error, 'code') === code),
  );
}

function errorsIn(response: HttpResponse): readonly string[] {
  return listAt(jsonOrNothing(response), 'errors').flatMap((error) => [
    errorText(error),
    ...listAt(error, 'error_chain').map(errorText),
  ]);
}

function errorText(error: unknown): string {
  const code = valueAt(error, 'code');
  return `${textAt(error, 'message') ?? 'no message'}${typeof code === 'number' ? ` (${code})` : ''}`;
}
