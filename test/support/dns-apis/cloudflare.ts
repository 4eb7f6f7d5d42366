import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  type ApiDouble,
  type ApiReply,
  type DoubleOptions,
  json,
  type SeenRequest,
  startApiDouble,
} from './api-double.ts';

/** A record as Cloudflare keeps it: the content as it was given. */
export interface CloudflareRecord {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content: string;
  readonly ttl: number;
}

/** A zone with its records. */
export interface CloudflareZone {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly records: CloudflareRecord[];
}

/** What a token may do. */
export interface CloudflareToken {
  readonly zones: readonly string[];
  readonly mayEdit: boolean;
}

/** Cloudflare's API, version 4, as far as DNS records go. */
export interface CloudflareDouble extends ApiDouble {
  /** Base address for clients. */
  readonly api: string;
  readonly zones: CloudflareZone[];
  readonly tokens: Map<string, CloudflareToken>;
  addZone(name: string, status?: string): CloudflareZone;
  addToken(token: CloudflareToken): string;
  addRecord(zone: CloudflareZone, name: string, content: string): void;
  /** TXT values of a name as its name servers would give them. */
  valuesAt(name: string): string[];
}

const root = '/client/v4';
const newId = (): string => randomBytes(16).toString('hex');

export async function startCloudflare(
  t: Pick<TestContext, 'after'>,
  options: DoubleOptions = {},
): Promise<CloudflareDouble> {
  const zones: CloudflareZone[] = [];
  const tokens = new Map<string, CloudflareToken>();
  const valuesAt = (name: string): string[] =>
    zones.flatMap(({ records }) =>
      records.filter((record) => record.name === name).map(({ content }) => served(content)),
    );
  const answer = (request: SeenRequest): ApiReply => {
    const token = authorize(request, tokens);
    return 'status' in token ? token : route(request, zones, token);
  };
  const double = await startApiDouble(t, answer, options);
  return {
    ...double,
    api: double.url + root,
    zones,
    tokens,
    addZone(name, status = 'active') {
      const zone = { id: newId(), name, status, records: [] };
      zones.push(zone);
      return zone;
    },
    addToken(token) {
      const value = randomBytes(30).toString('base64url');
      tokens.set(value, token);
      return value;
    },
    addRecord: (zone, name, content) => void zone.records.push({ id: newId(), type: 'TXT', name, content, ttl: 300 }),
    valuesAt,
  };
}

/** What the name servers give for a content: the strings in quotation marks joined, or all of it. */
function served(content: string): string {
  const strings = content.match(/"[^"]*"/g);
  return strings === null ? content : strings.map((string) => string.slice(1, -1)).join('');
}

function authorize(request: SeenRequest, tokens: ReadonlyMap<string, CloudflareToken>): CloudflareToken | ApiReply {
  const bearer = /^Bearer ([A-Za-z0-9_-]{40})$/.exec(request.headers.authorization ?? '')?.[1];
  if (bearer === undefined) {
    const chain = [{ code: 6111, message: 'Invalid format for Authorization header' }];
    return refusal(400, { code: 6003, message: 'Invalid request headers', error_chain: chain });
  }
  return tokens.get(bearer) ?? refusal(403, { code: 9109, message: 'Invalid access token' });
}

function route(request: SeenRequest, zones: readonly CloudflareZone[], token: CloudflareToken): ApiReply {
  const { method, path, query } = request;
  if (method === 'GET' && path === `${root}/zones`) {
    const name = query.get('name');
    const seen = zones.filter((zone) => token.zones.includes(zone.name) && (name === null || zone.name === name));
    return page(seen, query, { default: 20, most: 50 });
  }
  const [, zoneId, recordId] = new RegExp(`^${root}/zones/([0-9a-f]{32})/dns_records(?:/(\\w+))?$`).exec(path) ?? [];
  const zone = zones.find(({ id }) => id === zoneId);
  if (zone === undefined) return refusal(404, { code: 7003, message: `Could not route to ${path}` });
  const mayDo = token.zones.includes(zone.name) && (method === 'GET' || token.mayEdit);
  if (!mayDo) return refusal(403, { code: 10000, message: 'Authentication error' });
  if (method === 'GET') return listRecords(zone, query);
  if (method === 'POST') return createRecord(zone, request);
  return method === 'DELETE'
    ? deleteRecord(zone, recordId)
    : refusal(405, { code: 7001, message: 'Method not allowed' });
}

function listRecords(zone: CloudflareZone, query: URLSearchParams): ApiReply {
  const [type, name] = [query.get('type'), query.get('name')];
  const found = zone.records.filter(
    (record) => (type === null || record.type === type) && (name === null || record.name === name),
  );
  return page(found, query, { default: 100, most: 5_000_000 });
}

function createRecord(zone: CloudflareZone, { body }: SeenRequest): ApiReply {
  const { type, name, content, ttl } = JSON.parse(body) as CloudflareRecord;
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return refusal(400, { code: 9000, message: 'DNS name is invalid.' });
  }
  if (ttl !== 1 && (ttl < 60 || ttl > 86_400)) {
    return refusal(400, {
      code: 9021,
      message: 'Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.',
    });
  }
  if (
    zone.records.some(
      (record) => record.name === name && record.type === type && served(record.content) === served(content),
    )
  ) {
    return refusal(400, { code: 81058, message: 'An identical record already exists.' });
  }
  const record = { id: newId(), type, name, content, ttl };
  zone.records.push(record);
  return json(200, { success: true, errors: [], messages: [], result: { ...record, zone_id: zone.id } });
}

function deleteRecord(zone: CloudflareZone, recordId: string | undefined): ApiReply {
  const index = zone.records.findIndex(({ id }) => id === recordId);
  const [record] = index < 0 ? [] : zone.records.splice(index, 1);
  if (record === undefined) return refusal(404, { code: 81044, message: 'Record does not exist.' });
  return json(200, { success: true, errors: [], messages: [], result: { id: record.id } });
}

function page(items: readonly object[], query: URLSearchParams, sizes: { default: number; most: number }): ApiReply {
  const perPage = Number(query.get('per_page') ?? sizes.default);
  const number = Number(query.get('page') ?? 1);
  if (!(perPage >= 5 && perPage <= sizes.most)) return refusal(400, { code: 1003, message: 'Invalid per_page' });
  const result = items.slice((number - 1) * perPage, number * perPage);
  return json(200, {
    success: true,
    errors: [],
    messages: [],
    result,
    result_info: {
      page: number,
      per_page: perPage,
      count: result.length,
      total_count: items.length,
      total_pages: Math.ceil(items.length / perPage),
    },
  });
}

function refusal(status: number, error: object): ApiReply {
  return json(status, { success: false, errors: [error], messages: [], result: null });
}
