import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { AzureEndpoints } from '../../../src/plugins/validation/azure/environments.ts';
import {
  type ApiDouble,
  type ApiReply,
  type DoubleOptions,
  json,
  type SeenRequest,
  startApiDouble,
} from './api-double.ts';

/** A TXT record set with what else a zone keeps of it. */
export interface AzureSet {
  readonly etag: string;
  readonly ttl: number;
  readonly records: readonly (readonly string[])[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A zone; record sets by relative name. */
export interface AzureZone {
  readonly id: string;
  readonly name: string;
  readonly subscription: string;
  readonly group: string;
  readonly sets: Map<string, AzureSet>;
}

/** An app registration with its secret. */
export interface AzureClient {
  readonly tenantId: string;
  readonly clientId: string;
  readonly secret: string;
}

/** Azure DNS behind Azure Resource Manager, with the services that give tokens for it. */
export interface AzureDouble extends ApiDouble {
  readonly endpoints: AzureEndpoints;
  readonly zones: AzureZone[];
  readonly subscriptions: string[];
  readonly clients: AzureClient[];
  /** Client ids of managed identities; the empty one is that of the machine. */
  readonly identities: Set<string>;
  /** Client ids whose tokens may only read. */
  readonly readers: Set<string>;
  /** Client ids that have rights for single zones only, and so can list nothing. */
  readonly zoneOnly: Set<string>;
  zonesPerPage: number;
  tokenSeconds: number;
  addZone(name: string, place?: { readonly subscription?: string; readonly group?: string }): AzureZone;
  addClient(): AzureClient;
  /** Puts a set in place as another program would. */
  setTxt(zone: AzureZone, relative: string, set: Omit<AzureSet, 'etag'>): void;
  valuesAt(name: string): string[];
}

interface World {
  readonly double: Omit<AzureDouble, keyof ApiDouble | 'endpoints'>;
  /** Client id by token. */
  readonly tokens: Map<string, string>;
}

const audience = 'https://management.azure.com';
const apiVersion = '2018-05-01';

export async function startAzure(t: Pick<TestContext, 'after'>, options: DoubleOptions = {}): Promise<AzureDouble> {
  const world: World = { double: createState(), tokens: new Map() };
  const served = await startApiDouble(t, (request) => answer(request, world), options);
  const { url } = served;
  const endpoints = { login: `${url}/login`, manager: url, audience, metadata: `${url}/imds` };
  return Object.assign(world.double, served, { endpoints });
}

function createState(): World['double'] {
  const zones: AzureZone[] = [];
  const subscriptions: string[] = [];
  const clients: AzureClient[] = [];
  return {
    zones,
    subscriptions,
    clients,
    identities: new Set(),
    readers: new Set(),
    zoneOnly: new Set(),
    zonesPerPage: 100,
    tokenSeconds: 3599,
    addZone(name, { subscription = 'sub-1', group = 'dns' } = {}) {
      if (!subscriptions.includes(subscription)) subscriptions.push(subscription);
      const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/dnszones/${name}`;
      const zone = { id, name, subscription, group, sets: new Map() };
      zones.push(zone);
      return zone;
    },
    addClient() {
      const client = { tenantId: randomUUID(), clientId: randomUUID(), secret: `s~${randomUUID()}` };
      clients.push(client);
      return client;
    },
    setTxt: ({ sets }, relative, set) => void sets.set(relative, { ...set, etag: randomUUID() }),
    valuesAt: (name) =>
      zones
        .filter((zone) => name === zone.name || name.endsWith(`.${zone.name}`))
        .flatMap((zone) => zone.sets.get(relativeName(name, zone.name))?.records ?? [])
        .map((strings) => strings.join('')),
  };
}

function relativeName(name: string, zone: string): string {
  return name === zone ? '@' : name.slice(0, -zone.length - 1);
}

/** Under its own name, the service for tokens has all paths. */
const loginHost = 'login.microsoftonline.com';

function answer(request: SeenRequest, world: World): ApiReply {
  if (request.headers.host === loginHost) return answerLogin({ ...request, path: `/login${request.path}` }, world);
  if (request.path.startsWith('/login/')) return answerLogin(request, world);
  if (request.path.startsWith('/imds/')) return answerMetadata(request, world);
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const clientId = world.tokens.get(token);
  if (clientId === undefined) {
    return refusal(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
  }
  return answerManager(request, clientId, world.double);
}

function answerLogin({ method, path, body }: SeenRequest, world: World): ApiReply {
  const tenant = /^\/login\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path)?.[1];
  const form = new URLSearchParams(body);
  const isAsked = method === 'POST' && form.get('grant_type') === 'client_credentials';
  if (!isAsked || form.get('scope') !== `${audience}/.default`)
    return loginRefusal(400, 'invalid_request', 'AADSTS900144: The request body is not complete.');
  const { clients } = world.double;
  if (!clients.some(({ tenantId }) => tenantId === tenant)) {
    return loginRefusal(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
  }
  const client = clients.find(({ clientId }) => clientId === form.get('client_id'));
  if (client === undefined) {
    return loginRefusal(
      400,
      'unauthorized_client',
      `AADSTS700016: Application with identifier '${form.get('client_id')}' was not found in the directory.`,
    );
  }
  if (client.secret !== form.get('client_secret')) {
    return loginRefusal(
      401,
      'invalid_client',
      `AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.\r\nTrace ID: 1\r\nCorrelation ID: 2`,
    );
  }
  return json(200, {
    token_type: 'Bearer',
    expires_in: world.double.tokenSeconds,
    access_token: newToken(client.clientId, world),
  });
}

function answerMetadata({ path, query, headers }: SeenRequest, world: World): ApiReply {
  const isAsked = path === '/imds/metadata/identity/oauth2/token' && query.get('api-version') === '2018-02-01';
  if (headers.metadata !== 'true' || headers['x-forwarded-for'] !== undefined) {
    return json(400, { error: 'invalid_request', error_description: 'Required metadata header not specified' });
  }
  if (!isAsked || query.get('resource') !== `${audience}/`)
    return json(400, { error: 'invalid_resource', error_description: 'unknown' });
  const clientId = query.get('client_id') ?? '';
  if (!world.double.identities.has(clientId)) {
    return json(400, { error: 'invalid_request', error_description: 'Identity not found' });
  }
  // As text, which is how this service gives numbers.
  return json(200, {
    access_token: newToken(clientId, world),
    expires_in: String(world.double.tokenSeconds),
    token_type: 'Bearer',
  });
}

function newToken(clientId: string, { tokens }: World): string {
  const token = `eyJ.${randomUUID()}.${randomUUID()}`;
  tokens.set(token, clientId);
  return token;
}

function answerManager(request: SeenRequest, clientId: string, double: World['double']): ApiReply {
  const { method, path, query } = request;
  if (method === 'GET' && path === '/subscriptions') {
    return json(200, { value: double.subscriptions.map((subscriptionId) => ({ subscriptionId })) });
  }
  if (query.get('api-version') !== apiVersion)
    return refusal(400, 'InvalidApiVersionParameter', 'The api-version is invalid.');
  const [, subscription = '', group, zoneName, relative] =
    /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?\/providers\/Microsoft\.Network\/dnszones(?:\/([^/]+)\/TXT\/([^/]+))?$/i.exec(
      path,
    ) ?? [];
  if (!double.subscriptions.includes(subscription)) {
    return refusal(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
  }
  if (relative === undefined) {
    if (double.zoneOnly.has(clientId)) return denied(clientId, 'read');
    return listZones(request, double, { subscription, group });
  }
  const zone = double.zones.find(
    (one) => one.subscription === subscription && one.group === group && one.name === zoneName,
  );
  if (zone === undefined) return refusal(404, 'ResourceNotFound', `The Resource 'dnszones/${zoneName}' was not found.`);
  if (method !== 'GET' && double.readers.has(clientId)) return denied(clientId, 'TXT/write');
  return answerSet(request, zone, decodeURIComponent(relative));
}

function listZones(
  { path, query }: SeenRequest,
  double: World['double'],
  { subscription, group }: { subscription: string; group: string | undefined },
): ApiReply {
  const all = double.zones.filter((zone) => zone.subscription === subscription && (group ?? zone.group) === zone.group);
  const start = Number(query.get('$skiptoken') ?? 0);
  const end = start + double.zonesPerPage;
  const value = all.slice(start, end).map(({ id, name }) => ({ id, name, type: 'Microsoft.Network/dnszones' }));
  const host = `http://127.0.0.1:${new URL((double as AzureDouble).url).port}`;
  const nextLink = `${host}${path}?api-version=${apiVersion}&$skiptoken=${end}`;
  return json(200, end < all.length ? { value, nextLink } : { value });
}

function answerSet({ method, headers, body }: SeenRequest, { sets, id }: AzureZone, relative: string): ApiReply {
  const current = sets.get(relative);
  const isMet =
    (headers['if-match'] === undefined || headers['if-match'] === current?.etag) &&
    (headers['if-none-match'] !== '*' || current === undefined);
  if (method === 'GET') {
    if (current === undefined)
      return refusal(404, 'NotFound', `The resource record '${relative}' does not exist in resource group.`);
    return json(200, describe(current, `${id}/TXT/${relative}`));
  }
  if (!isMet) return refusal(412, 'PreconditionFailed', "The condition '' in the If-Match header was not satisfied.");
  if (method === 'DELETE') return { status: sets.delete(relative) ? 200 : 204 };
  if (method !== 'PUT') return refusal(405, 'MethodNotAllowed', 'no');
  const { properties } = JSON.parse(body) as {
    properties: { TTL: number; TXTRecords: { value: string[] }[]; metadata?: Record<string, string> };
  };
  const records = properties.TXTRecords.map(({ value }) => value);
  if (records.length === 0 || records.flat().some((text) => text.length > 255) || !Number.isInteger(properties.TTL)) {
    return refusal(400, 'BadRequest', 'The record set is not valid.');
  }
  const { TTL: ttl, metadata } = properties;
  const stored = { etag: randomUUID(), ttl, records, ...(metadata === undefined ? {} : { metadata }) };
  sets.set(relative, stored);
  return json(current === undefined ? 201 : 200, describe(stored, `${id}/TXT/${relative}`));
}

function describe({ etag, ttl, records, metadata }: AzureSet, id: string): object {
  const TXTRecords = records.map((value) => ({ value }));
  return {
    id,
    etag,
    properties: {
      TTL: ttl,
      TXTRecords,
      ...(metadata === undefined ? {} : { metadata }),
      provisioningState: 'Succeeded',
    },
  };
}

function denied(clientId: string, operation: string): ApiReply {
  return refusal(
    403,
    'AuthorizationFailed',
    `The client '${clientId}' does not have authorization to perform action 'Microsoft.Network/dnszones/${operation}' over scope.`,
  );
}

function loginRefusal(status: number, error: string, description: string): ApiReply {
  return json(status, { error, error_description: description, trace_id: '1', correlation_id: '2' });
}

function refusal(status: number, code: string, message: string): ApiReply {
  return json(status, { error: { code, message } });
}
