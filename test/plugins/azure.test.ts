import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { azureValidation } from '../../src/plugins/validation/azure/descriptor.ts';
import { AzureProvider, type AzureProviderAccess } from '../../src/plugins/validation/azure/provider.ts';
import { challengeValue, quickServices } from '../contract/dns-places.ts';
import { realServices, valuesOf } from '../contract/plugin-samples.ts';
import { json, type SeenRequest } from '../support/dns-apis/api-double.ts';
import { startAzure } from '../support/dns-apis/azure.ts';
import { failureOf } from '../support/wacs-error.ts';

const name = '_acme-challenge.www.example.test';
const record = { name, value: challengeValue('a') };
const relative = '_acme-challenge.www';
const isWrite = ({ method, path }: SeenRequest): boolean =>
  ['PUT', 'DELETE'].includes(method) && path.includes('/TXT/');
const isToken = ({ path }: SeenRequest): boolean => /^\/(login|imds)\//.test(path);

async function open(t: TestContext, zones: readonly string[] = ['example.test']) {
  const double = await startAzure(t);
  for (const zone of zones) double.addZone(zone);
  const client = double.addClient();
  const services = quickServices(t);
  const provider = (changes: Partial<AzureProviderAccess> = {}) =>
    new AzureProvider({
      ...client,
      useMsi: false,
      subscriptionId: undefined,
      resourceGroupName: undefined,
      hostedZone: undefined,
      endpoints: double.endpoints,
      services,
      ...changes,
    });
  const zone = double.zones[0] ?? assert.fail('no zone');
  return { double, client, services, provider, zone };
}

test('azure: what else a record set has stays: lifetime, metadata, values in several strings', async (t) => {
  const { provider, double, zone } = await open(t);
  const set = { ttl: 3600, records: [['of another ', 'program'], ['second']], metadata: { owner: 'them' } };
  double.setTxt(zone, relative, set);
  await provider().createTxt(record);
  const { etag: _, ...now } = zone.sets.get(relative) ?? assert.fail();
  assert.deepEqual(now, { ...set, records: [...set.records, [record.value]] });
  await provider().deleteTxt(record);
  const { etag: __, ...then } = zone.sets.get(relative) ?? assert.fail();
  assert.deepEqual(then, set);
});

test('azure: a set that was made here has the shortest lifetime, and is deleted with its last value', async (t) => {
  const { provider, zone } = await open(t);
  await provider().createTxt(record);
  assert.equal(zone.sets.get(relative)?.ttl, 1);
  await provider().deleteTxt(record);
  assert.equal(zone.sets.size, 0);
});

test('azure: the zone itself is @', async (t) => {
  const { provider, zone } = await open(t, ['_acme-challenge.www.example.test']);
  await provider().createTxt(record);
  assert.deepEqual([...zone.sets.keys()], ['@']);
});

test('azure: a set that changes between reading and writing is read again (412)', async (t) => {
  const { provider, double, zone } = await open(t);
  const before = () => double.setTxt(zone, relative, { ttl: 60, records: [['theirs']] });
  double.inject({ on: isWrite, before });
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), ['theirs', record.value]);
  const alone = () => double.setTxt(zone, relative, { ttl: 60, records: [['theirs'], [record.value], ['more']] });
  double.inject({ on: isWrite, before: alone });
  await provider().deleteTxt(record);
  assert.deepEqual(double.valuesAt(name), ['theirs', 'more']);
});

test('azure: a set that changes all the time is given up', async (t) => {
  const { provider, double, zone } = await open(t);
  let number = 0;
  const before = () => double.setTxt(zone, relative, { ttl: 60, records: [[`theirs ${++number}`]] });
  double.inject({ on: isWrite, times: Infinity, before });
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(
    failure.message,
    /change the TXT records .* in the zone example\.test: they were changed by others 5 times/,
  );
});

test('azure: a change whose answer was lost is not made twice', async (t) => {
  const { provider, double } = await open(t);
  double.inject({ on: isWrite, damage: 'reset' });
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value]);
});

test('azure: another operation in progress, and too many requests, are waited for', async (t) => {
  const { provider, double, services } = await open(t);
  double.inject({ on: isWrite, reply: json(409, { error: { code: 'Conflict', message: 'in progress' } }) });
  double.inject({ on: isWrite, reply: json(429, { error: { code: 'TooManyRequests' } }, { 'retry-after': '11' }) });
  await provider().createTxt(record);
  assert.ok(services.clock.sleeps.includes(11_000));
});

test('azure: zones on several pages and in several subscriptions are all seen', async (t) => {
  const { provider, double } = await open(
    t,
    Array.from({ length: 5 }, (_, number) => `zone${number}.test`),
  );
  double.zonesPerPage = 2;
  const zone = double.addZone('example.test', { subscription: 'sub-2', group: 'other' });
  await provider().createTxt(record);
  assert.equal(zone.sets.size, 1);
});

test('azure: the token goes to no other host, whatever a page says', async (t) => {
  const { provider, double } = await open(t);
  const value = { value: [], nextLink: 'http://evil.test/subscriptions' };
  double.inject({ on: ({ path }) => path.endsWith('/dnsZones'), times: Infinity, reply: json(200, value) });
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /leads to another host/);
});

test('azure: subscription, group and zone narrow the search', async (t) => {
  const { provider, double } = await open(t, ['www.example.test', 'example.test']);
  const [long, short] = double.zones;
  const elsewhere = double.addZone('example.test', { subscription: 'sub-2', group: 'other' });
  await provider({ subscriptionId: 'sub-2' }).createTxt(record);
  assert.equal(elsewhere.sets.size, 1);
  await provider({ subscriptionId: 'sub-1', resourceGroupName: 'dns' }).createTxt(record);
  assert.equal(long?.sets.size, 1);
  await provider({ subscriptionId: 'sub-1', hostedZone: 'example.test' }).createTxt(record);
  assert.equal(short?.sets.size, 1);
});

test('azure: rights for one zone suffice when it is named in full', async (t) => {
  const { provider, double, client, zone } = await open(t);
  double.zoneOnly.add(client.clientId);
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /list the DNS zones of the subscription sub-1: Azure answered 403/);
  const named = { subscriptionId: 'sub-1', resourceGroupName: 'dns', hostedZone: 'example.test' };
  await provider(named).createTxt(record);
  assert.equal(zone.sets.size, 1);
});

test('azure: two zones with the same name are an ambiguity that is told', async (t) => {
  const { provider, double } = await open(t);
  double.addZone('example.test', { group: 'second' });
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /several zones are called example\.test: .*\/dns\/.*, .*\/second\//);
  assert.match(failure.hint ?? '', /--azureresourcegroupname/);
});

test('azure: a zone that is not there is told with those that are', async (t) => {
  const { provider } = await open(t, ['a.test', 'b.test']);
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /it lies in no zone that can be seen; these are: a\.test, b\.test/);
  const named = await failureOf(provider({ hostedZone: 'c.test' }).createTxt(record), 'ValidationSetupError');
  assert.match(named.message, /it lies in no zone of the name c\.test/);
});

test('azure: missing rights are told with the role that has them', async (t) => {
  const { provider, double, client } = await open(t);
  double.readers.add(client.clientId);
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(
    failure.message,
    /^cannot change the TXT records \S+ in the zone example\.test: Azure answered 403: .* \(AuthorizationFailed\)$/,
  );
  assert.match(failure.hint ?? '', /"DNS Zone Contributor"/);
});

for (const [what, changes, message, hint] of [
  ['directory', { tenantId: 'nowhere' }, /400: AADSTS90002: Tenant 'nowhere' not found/, /--azuretenantid/],
  ['client', { clientId: 'nobody' }, /AADSTS700016: Application/, /--azureclientid/],
  ['secret', { secret: 'wrong secret' }, /401: AADSTS7000215: Invalid client secret/, /the value .* not its ID/],
] as const) {
  test(`azure: a wrong ${what} is told in the words of Microsoft Entra ID`, async (t) => {
    const { provider } = await open(t);
    const failure = await failureOf(provider(changes).createTxt(record), 'ValidationSetupError');
    assert.match(failure.message, /^cannot sign in as the client \S+ of the tenant \S+: Microsoft Entra ID answered/);
    assert.match(failure.message, message);
    assert.doesNotMatch(failure.message, /Trace ID/);
    assert.match(failure.hint ?? '', hint);
  });
}

test('azure: a token serves all requests while it is valid, and then is replaced', async (t) => {
  const { provider, double, services } = await open(t);
  const one = provider();
  await one.createTxt(record);
  await one.deleteTxt(record);
  assert.equal(double.requests.filter(isToken).length, 1);
  await services.clock.sleep(3_400_000);
  await one.createTxt(record);
  assert.equal(double.requests.filter(isToken).length, 2);
});

test('azure: the managed identity of the machine, or one that is named', async (t) => {
  const { provider, double } = await open(t);
  const useMsi = { useMsi: true, tenantId: undefined, secret: undefined };
  double.identities.add('');
  await provider({ ...useMsi, clientId: undefined }).createTxt(record);
  double.identities.add('named');
  await provider({ ...useMsi, clientId: 'named' }).createTxt({ name, value: challengeValue('b') });
  assert.equal(double.valuesAt(name).length, 2);
  const failure = await failureOf(provider({ ...useMsi, clientId: 'other' }).createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /the metadata service of Azure answered 400: Identity not found/);
  assert.match(failure.hint ?? '', /--azureclientid/);
});

test('azure: without a secret and without --azureusemsi it says what is missing', async () => {
  const args = ['--azuretenantid', 'tenant'];
  const failure = await failureOf(
    () => azureValidation.fromArguments(valuesOf('validation', 'azure', args), String),
    'UsageError',
  );
  assert.equal(failure.message, '--validation azure needs --azureclientid and --azuresecret, or --azureusemsi');
});

test('azure: clouds are known by any spelling; others are refused', async () => {
  const msi = { plugin: 'azure', useMsi: true };
  for (const environment of ['AzureCloud', 'AzureChinaCloud', 'AzureUSGovernment', 'azurecloud']) {
    assert.ok(azureValidation.create({ ...msi, environment }, realServices()));
  }
  const failure = await failureOf(
    () => azureValidation.create({ ...msi, environment: 'AzureGermanCloud' }, realServices()),
    'ConfigurationError',
  );
  assert.match(failure.message, /"environment" is "AzureGermanCloud"/);
});
