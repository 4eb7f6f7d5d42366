import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CloudflareProvider } from '../../src/plugins/validation/cloudflare/provider.ts';
import { challengeValue, quickServices } from '../contract/dns-places.ts';
import { json } from '../support/dns-apis/api-double.ts';
import { startCloudflare } from '../support/dns-apis/cloudflare.ts';
import { failureOf } from '../support/wacs-error.ts';

const name = '_acme-challenge.www.example.test';
const record = { name, value: challengeValue('a') };

async function open(t: TestContext, zones: readonly string[] = ['example.test']) {
  const double = await startCloudflare(t);
  for (const zone of zones) double.addZone(zone);
  const token = double.addToken({ zones, mayEdit: true });
  const services = quickServices(t);
  const provider = (value = token) => new CloudflareProvider({ baseUrl: double.api, token: value, services });
  const zoneOf = (zoneName: string) => double.zones.find((zone) => zone.name === zoneName) ?? assert.fail(zoneName);
  return { double, token, services, provider, zoneOf };
}

test('cloudflare: the content is in quotation marks, with the shortest lifetime', async (t) => {
  const { provider, zoneOf } = await open(t);
  await provider().createTxt(record);
  const [made] = zoneOf('example.test').records;
  assert.deepEqual([made?.content, made?.ttl, made?.type], [`"${record.value}"`, 60, 'TXT']);
});

test('cloudflare: the longest zone is taken; each name is looked for once', async (t) => {
  const { provider, double, zoneOf } = await open(t, ['test', 'example.test', 'www.example.test']);
  const one = provider();
  await one.createTxt(record);
  await one.createTxt({ ...record, value: challengeValue('b') });
  assert.equal(zoneOf('www.example.test').records.length, 2);
  assert.equal(double.requests.filter(({ path }) => path.endsWith('/zones')).length, 2);
});

test('cloudflare: of two zones with one name the active one is taken', async (t) => {
  const { double, provider } = await open(t, []);
  double.addZone('example.test', 'moved');
  const active = double.addZone('example.test');
  const token = double.addToken({ zones: ['example.test'], mayEdit: true });
  await provider(token).createTxt(record);
  assert.equal(active.records.length, 1);
});

test('cloudflare: a name with more values than a page has is read to the end', async (t) => {
  const { provider, double, zoneOf } = await open(t);
  for (let number = 0; number < 250; number += 1) double.addRecord(zoneOf('example.test'), name, `"old ${number}"`);
  double.addRecord(zoneOf('example.test'), name, `"${record.value}"`);
  await provider().createTxt(record);
  assert.equal(double.requests.filter(({ query }) => query.get('page') === '3').length, 1);
  await provider().deleteTxt(record);
  assert.equal(double.valuesAt(name).length, 250);
});

test('cloudflare: a value without quotation marks is known as ours', async (t) => {
  const { provider, double, zoneOf } = await open(t);
  double.addRecord(zoneOf('example.test'), name, record.value);
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value]);
  await provider().deleteTxt(record);
  assert.deepEqual(double.valuesAt(name), []);
});

test('cloudflare: a value that somebody has just made is no failure', async (t) => {
  const { provider, double, zoneOf } = await open(t);
  const before = () => double.addRecord(zoneOf('example.test'), name, `"${record.value}"`);
  double.inject({ on: ({ method }) => method === 'POST', before });
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value]);
});

test('cloudflare: an answer that was lost does not make a second record, nor a failure', async (t) => {
  const { provider, double } = await open(t);
  double.inject({ on: ({ method }) => method === 'POST', damage: 'reset' });
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value]);
  double.inject({ on: ({ method }) => method === 'DELETE', damage: 'truncated' });
  await provider().deleteTxt(record);
  assert.deepEqual(double.valuesAt(name), []);
});

test('cloudflare: a token of another form is told from one that is not known', async (t) => {
  const { provider } = await open(t);
  const malformed = await failureOf(provider('global api key').createTxt(record), 'ValidationSetupError');
  assert.match(
    malformed.message,
    /^cannot look for the zone .*: Cloudflare answered 400: Invalid request headers \(6003\); Invalid format for Authorization header \(6111\)$/,
  );
  assert.match(malformed.hint ?? '', /--cloudflareapitoken: it must be an API token, not the global API key/);
  const unknown = await failureOf(provider('x'.repeat(40)).createTxt(record), 'ValidationSetupError');
  assert.match(unknown.message, /Cloudflare answered 403: Invalid access token \(9109\)$/);
});

test('cloudflare: a token that may only read is told which permissions it needs, and for what', async (t) => {
  const { provider, double } = await open(t);
  const reader = double.addToken({ zones: ['example.test'], mayEdit: false });
  const failure = await failureOf(provider(reader).createTxt(record), 'ValidationSetupError');
  assert.equal(
    failure.message,
    `cannot create the TXT record ${name} in the zone example.test: Cloudflare answered 403: Authentication error (10000)`,
  );
  assert.match(failure.hint ?? '', /Zone:Read and DNS:Edit/);
  assert.ok(!failure.message.includes(reader));
});

test('cloudflare: a zone that the token does not show is told with those it shows', async (t) => {
  const { provider, double } = await open(t, []);
  const zones = Array.from({ length: 70 }, (_, number) => `zone${number}.test`);
  for (const zone of zones) double.addZone(zone);
  const failure = await failureOf(
    provider(double.addToken({ zones, mayEdit: true })).createTxt(record),
    'ValidationSetupError',
  );
  assert.match(failure.message, /no zone it lies in; the zones it shows: zone0\.test, .*zone19\.test and 50 more$/);
  const none = await failureOf(
    provider(double.addToken({ zones: [], mayEdit: true })).createTxt(record),
    'ValidationSetupError',
  );
  assert.match(none.message, /the zones it shows: none$/);
});

test('cloudflare: an answer of 200 that says no success is none', async (t) => {
  const { provider, double } = await open(t);
  const reply = json(200, { success: false, errors: [{ code: 1, message: 'odd' }], result: [] });
  double.inject({ times: Infinity, reply });
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /something unexpected: odd \(1\)/);
});

test('cloudflare: a failure is not kept: the next name may succeed', async (t) => {
  const { provider, double } = await open(t);
  double.inject({ reply: json(403, { success: false, errors: [] }) });
  const one = provider();
  await failureOf(one.createTxt(record), 'ValidationSetupError');
  await one.createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value]);
});
