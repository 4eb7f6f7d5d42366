import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { XmlDocument } from 'libxml2-wasm';
import type { Clock } from '../../../src/core/ports.ts';
import type { AwsEndpoints } from '../../../src/plugins/validation/route53/endpoints.ts';
import {
  type ApiDouble,
  type ApiReply,
  type DoubleOptions,
  json,
  type SeenRequest,
  startApiDouble,
} from './api-double.ts';
import { signatureFault } from './sigv4.ts';

/** A record set; values in quotation marks. */
export interface Route53Set {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly string[];
  /** Of a weighted set. */
  readonly setIdentifier?: string;
}

/** A hosted zone; names with the final dot. */
export interface Route53Zone {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly sets: Route53Set[];
}

/** Route 53 with the services that give credentials for it. */
export interface Route53Double extends ApiDouble {
  readonly endpoints: AwsEndpoints;
  readonly zones: Route53Zone[];
  readonly keys: Map<string, { readonly secret: string; readonly token?: string }>;
  /** Access keys that may do nothing. */
  readonly denied: Set<string>;
  /** Roles of the instance; none: it is no EC2 instance. */
  readonly instanceRoles: string[];
  /** Roles that may be assumed. */
  readonly assumable: Set<string>;
  /** Seconds until temporary credentials end. */
  temporarySeconds: number;
  /** How often GetChange says PENDING. */
  pendingAnswers: number;
  addZone(name: string, isPrivate?: boolean): Route53Zone;
  addKey(): { readonly accessKeyId: string; readonly secretAccessKey: string };
  valuesAt(name: string): string[];
}

/** What the parts of the double share. */
interface World {
  readonly double: Omit<Route53Double, keyof ApiDouble | 'endpoints'>;
  readonly clock: Clock;
  readonly changes: Map<string, number>;
  readonly sessions: Set<string>;
}

const version = '/2013-04-01';
const xmlNamespace = 'https://route53.amazonaws.com/doc/2013-04-01/';
const region = 'us-east-1';
const stsRegion = 'eu-west-1';

export async function startRoute53(
  t: Pick<TestContext, 'after'>,
  clock: Clock,
  options: DoubleOptions = {},
): Promise<Route53Double> {
  const double = createState();
  const world: World = { double, clock, changes: new Map(), sessions: new Set() };
  const served = await startApiDouble(t, (request) => answer(request, world), options);
  const { url } = served;
  const endpoints = { route53: url, route53Region: region, sts: `${url}/sts`, stsRegion, metadata: `${url}/imds` };
  return Object.assign(double, served, { endpoints });
}

function createState(): World['double'] {
  const zones: Route53Zone[] = [];
  const keys = new Map<string, { secret: string; token?: string }>();
  return {
    zones,
    keys,
    denied: new Set(),
    instanceRoles: [],
    assumable: new Set(),
    temporarySeconds: 3600,
    pendingAnswers: 1,
    addZone(name, isPrivate = false) {
      const zone = { id: `Z${randomBytes(9).toString('hex').toUpperCase()}`, name: `${name}.`, isPrivate, sets: [] };
      zones.push(zone);
      return zone;
    },
    addKey() {
      const accessKeyId = `AKIA${randomBytes(8).toString('hex').toUpperCase()}`;
      const secretAccessKey = randomBytes(30).toString('base64');
      keys.set(accessKeyId, { secret: secretAccessKey });
      return { accessKeyId, secretAccessKey };
    },
    valuesAt: (name) =>
      zones
        .flatMap(({ sets }) => sets.filter((set) => set.name === `${name}.` && set.type === 'TXT'))
        .flatMap(({ values }) => values.map((value) => value.slice(1, -1))),
  };
}

function answer(request: SeenRequest, world: World): ApiReply {
  if (request.path.startsWith('/imds/')) return answerMetadata(request, world);
  if (request.path.startsWith('/sts/')) return answerSts(request, world);
  const { double, clock } = world;
  const fault = signatureFault(request, { service: 'route53', region, keys: double.keys, now: clock.now() });
  if (fault !== undefined) return refusal(403, fault.code, fault.message);
  const id = accessKeyOf(request);
  if (double.denied.has(id)) {
    return refusal(403, 'AccessDenied', `User: arn:aws:iam::123456789012:user/dns is not authorized to perform this`);
  }
  return answerRoute53(request, world);
}

function answerRoute53(request: SeenRequest, world: World): ApiReply {
  const { method, path, query } = request;
  if (method === 'GET' && path === `${version}/hostedzone`) return listZones(query, world);
  const changeId = /\/change\/(\w+)$/.exec(path)?.[1];
  if (method === 'GET' && changeId !== undefined) return getChange(changeId, world);
  const zoneId = /^\/2013-04-01\/hostedzone\/(\w+)\/rrset$/.exec(path)?.[1];
  const zone = world.double.zones.find(({ id }) => id === zoneId);
  if (zone === undefined) return refusal(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`);
  if (method === 'GET') return listSets(zone, query);
  return method === 'POST' ? changeSets(zone, request, world) : refusal(405, 'MethodNotAllowed', 'no');
}

function listZones(query: URLSearchParams, { double }: World): ApiReply {
  const most = Number(query.get('maxitems') ?? 100);
  const marker = query.get('marker');
  const start = marker === null ? 0 : double.zones.findIndex(({ id }) => id === marker);
  if (start < 0) return refusal(400, 'InvalidInput', 'invalid marker');
  const shown = double.zones.slice(start, start + Math.min(most, 100));
  const next = double.zones[start + shown.length];
  const zones = shown.map(
    ({ id, name, isPrivate }) =>
      `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}</Name><CallerReference>r</CallerReference><Config><PrivateZone>${isPrivate}</PrivateZone></Config><ResourceRecordSetCount>2</ResourceRecordSetCount></HostedZone>`,
  );
  const end = next === undefined ? '' : `<NextMarker>${next.id}</NextMarker>`;
  return xml(
    200,
    'ListHostedZonesResponse',
    `<HostedZones>${zones.join('')}</HostedZones><IsTruncated>${next !== undefined}</IsTruncated>${end}<MaxItems>${most}</MaxItems>`,
  );
}

/** Sets from a name and type on, in the order of the zone: what follows the wanted one comes along. */
function listSets(zone: Route53Zone, query: URLSearchParams): ApiReply {
  const [name, type] = [query.get('name') ?? '', query.get('type') ?? ''];
  const most = Number(query.get('maxitems') ?? 300);
  const sorted = zone.sets.toSorted((left, right) => orderKey(left).localeCompare(orderKey(right), 'en'));
  const found = sorted.filter((set) => orderKey(set) >= orderKey({ name, type })).slice(0, most);
  const sets = found.map((set) => {
    const identifier =
      set.setIdentifier === undefined ? '' : `<SetIdentifier>${set.setIdentifier}</SetIdentifier><Weight>1</Weight>`;
    const values = set.values.map((value) => `<ResourceRecord><Value>${escaped(value)}</Value></ResourceRecord>`);
    return `<ResourceRecordSet><Name>${set.name}</Name><Type>${set.type}</Type>${identifier}<TTL>${set.ttl}</TTL><ResourceRecords>${values.join('')}</ResourceRecords></ResourceRecordSet>`;
  });
  return xml(
    200,
    'ListResourceRecordSetsResponse',
    `<ResourceRecordSets>${sets.join('')}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>${most}</MaxItems>`,
  );
}

function orderKey({ name, type }: Pick<Route53Set, 'name' | 'type'>): string {
  return `${name.split('.').reverse().join('.')} ${type}`;
}

function changeSets(zone: Route53Zone, { body }: SeenRequest, { changes, double }: World): ApiReply {
  using document = XmlDocument.fromString(body);
  const spaces = { r: xmlNamespace };
  const all = (path: string): string[] => document.find(path, spaces).map((node) => node.content);
  const [one] = all('/r:ChangeResourceRecordSetsRequest/r:ChangeBatch/r:Changes/r:Change/r:Action');
  const set = '//r:Change/r:ResourceRecordSet';
  const wished: Route53Set = {
    name: all(`${set}/r:Name`)[0] ?? '',
    type: all(`${set}/r:Type`)[0] ?? '',
    ttl: Number(all(`${set}/r:TTL`)[0]),
    values: all(`${set}/r:ResourceRecords/r:ResourceRecord/r:Value`),
  };
  const fault = changeFault(zone, one, wished);
  if (fault !== undefined) return invalidBatch(fault);
  const others = zone.sets.filter((other) => other.name !== wished.name || other.type !== wished.type);
  zone.sets.splice(0, zone.sets.length, ...others, ...(one === 'UPSERT' ? [wished] : []));
  const id = `C${randomBytes(8).toString('hex').toUpperCase()}`;
  changes.set(id, 0);
  return xml(200, 'ChangeResourceRecordSetsResponse', changeInfo(id, double.pendingAnswers > 0 ? 'PENDING' : 'INSYNC'));
}

function changeFault(zone: Route53Zone, action: string | undefined, wished: Route53Set): string | undefined {
  const what = `[name='${wished.name}', type='${wished.type}']`;
  const current = zone.sets.find((set) => set.name === wished.name && set.type === wished.type);
  if (!wished.name.endsWith(zone.name))
    return `[RRSet with DNS name ${wished.name} is not permitted in zone ${zone.name}]`;
  if (wished.values.length === 0 || !Number.isInteger(wished.ttl)) return `[Invalid request: Missing field in ${what}]`;
  if (wished.values.some((value) => !/^"[^"]{0,255}"(?: "[^"]{0,255}")*$/.test(value))) {
    return `[Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks)']`;
  }
  if (new Set(wished.values).size < wished.values.length) return `[Duplicate Resource Record in ${what}]`;
  if (action === 'UPSERT') return undefined;
  if (action !== 'DELETE') return '[Invalid action]';
  if (current === undefined) return `[Tried to delete resource record set ${what} but it was not found]`;
  const same = current.ttl === wished.ttl && current.values.toSorted().join() === wished.values.toSorted().join();
  return same
    ? undefined
    : `[Tried to delete resource record set ${what} but the values provided do not match the current values]`;
}

function getChange(id: string, { changes, double }: World): ApiReply {
  const asked = changes.get(id);
  if (asked === undefined) return refusal(404, 'NoSuchChange', `Could not find resource with ID: ${id}`);
  changes.set(id, asked + 1);
  return xml(200, 'GetChangeResponse', changeInfo(id, asked < double.pendingAnswers ? 'PENDING' : 'INSYNC'));
}

function changeInfo(id: string, status: string): string {
  return `<ChangeInfo><Id>/change/${id}</Id><Status>${status}</Status><SubmittedAt>2026-03-01T00:00:00.000Z</SubmittedAt></ChangeInfo>`;
}

function answerMetadata({ method, path, headers }: SeenRequest, { double, sessions, clock }: World): ApiReply {
  if (double.instanceRoles.length === 0) return { status: 404 };
  if (method === 'PUT' && path === '/imds/latest/api/token') {
    if (headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined) return { status: 400 };
    const session = randomBytes(20).toString('base64url');
    sessions.add(session);
    return { status: 200, body: session };
  }
  if (!sessions.has(String(headers['x-aws-ec2-metadata-token']))) return { status: 401 };
  const role = path.replace('/imds/latest/meta-data/iam/security-credentials/', '');
  if (role === '') return { status: 200, body: double.instanceRoles.join('\n') };
  if (!double.instanceRoles.includes(role)) return { status: 404 };
  const { id, secret, token, expiration } = temporary(double, clock);
  return json(200, {
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: id,
    SecretAccessKey: secret,
    Token: token,
    Expiration: expiration,
  });
}

function answerSts(request: SeenRequest, { double, clock }: World): ApiReply {
  const rules = { service: 'sts', region: stsRegion, keys: double.keys, now: clock.now() };
  const fault = signatureFault(request, rules);
  if (fault !== undefined) return refusal(403, fault.code, fault.message);
  const form = new URLSearchParams(request.body);
  const role = form.get('RoleArn') ?? '';
  const isAsked =
    form.get('Action') === 'AssumeRole' && form.get('Version') === '2011-06-15' && form.has('RoleSessionName');
  if (!isAsked) return refusal(400, 'ValidationError', 'the request is not complete');
  if (!double.assumable.has(role)) {
    return refusal(
      403,
      'AccessDenied',
      `User: arn:aws:iam::123456789012:user/dns is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    );
  }
  const { id, secret, token, expiration } = temporary(double, clock);
  const credentials = `<Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`;
  return xml(200, 'AssumeRoleResponse', `<AssumeRoleResult>${credentials}</AssumeRoleResult>`);
}

function temporary(double: World['double'], clock: Clock) {
  const id = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
  const [secret, token] = [randomBytes(30).toString('base64'), randomBytes(60).toString('base64')];
  double.keys.set(id, { secret, token });
  const expiration = new Date(clock.now().getTime() + double.temporarySeconds * 1000).toISOString();
  return { id, secret, token, expiration };
}

function accessKeyOf({ headers }: SeenRequest): string {
  return /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
}

function xml(status: number, root: string, content: string): ApiReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${xmlNamespace}">${content}</${root}>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

/** A refusal as Route 53 and STS give it. */
export function refusal(status: number, code: string, message: string): ApiReply {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return xml(status, 'ErrorResponse', `${error}<RequestId>b25f48e8-84fd-11e6-80d9-574e0c4664cb</RequestId>`);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function invalidBatch(message: string): ApiReply {
  return refusal(400, 'InvalidChangeBatch', message);
}
