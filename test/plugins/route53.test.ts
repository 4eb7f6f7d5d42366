import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CredentialChoice } from '../../src/plugins/validation/route53/credentials.ts';
import { createRoute53Validation } from '../../src/plugins/validation/route53/descriptor.ts';
import { publicEndpoints } from '../../src/plugins/validation/route53/endpoints.ts';
import { Route53Provider } from '../../src/plugins/validation/route53/provider.ts';
import { challengeValue, quickServices } from '../contract/dns-places.ts';
import { valuesOf } from '../contract/plugin-samples.ts';
import type { SeenRequest } from '../support/dns-apis/api-double.ts';
import { type Route53Double, refusal, startRoute53 } from '../support/dns-apis/route53.ts';
import { failureOf } from '../support/wacs-error.ts';

const name = '_acme-challenge.www.example.test';
const record = { name, value: challengeValue('a') };
const role = 'arn:aws:iam::123456789012:role/dns';
const isChange = ({ method, path }: SeenRequest): boolean => method === 'POST' && path.endsWith('/rrset');

async function open(t: TestContext, zones: readonly string[] = ['example.test']) {
  const services = quickServices(t);
  const double = await startRoute53(t, services.clock);
  for (const zone of zones) double.addZone(zone);
  const key = double.addKey();
  const none: CredentialChoice = {
    iamRole: undefined,
    arnRole: undefined,
    accessKeyId: undefined,
    secretAccessKey: undefined,
  };
  const provider = (choice: Partial<CredentialChoice> = key) =>
    new Route53Provider({ ...none, ...choice, endpoints: double.endpoints, services });
  return { double, services, key, provider };
}

function setsOf({ zones }: Route53Double) {
  return zones.flatMap(({ sets }) => sets);
}

test('route53: two values are one record set, whose lifetime and other values stay', async (t) => {
  const { provider, double } = await open(t);
  const set = { name: `${name}.`, type: 'TXT', ttl: 300, values: ['"of another & <program>"'] };
  double.zones[0]?.sets.push(set, { ...set, name: 'www.example.test.', type: 'A', values: ['192.0.2.1'] });
  await provider().createTxt(record);
  assert.deepEqual(
    setsOf(double).find(({ type }) => type === 'TXT'),
    { ...set, values: ['"of another & <program>"', `"${record.value}"`] },
  );
  await provider().deleteTxt(record);
  assert.deepEqual(
    setsOf(double).find(({ type }) => type === 'TXT'),
    set,
  );
  assert.equal(setsOf(double).length, 2);
});

test('route53: the name that follows in the zone is not taken for the wanted one', async (t) => {
  const { provider, double } = await open(t);
  const other = { name: `z.${name}.`, type: 'TXT', ttl: 300, values: ['"z"'] };
  double.zones[0]?.sets.push(other);
  await provider().createTxt(record);
  await provider().deleteTxt(record);
  assert.deepEqual(setsOf(double), [other]);
});

test('route53: createTxt returns when the change is in sync', async (t) => {
  const { provider, double } = await open(t);
  double.pendingAnswers = 7;
  await provider().createTxt(record);
  assert.equal(double.requests.filter(({ path }) => path.includes('/change/')).length, 8);
});

test('route53: a change that stays pending is given up', async (t) => {
  const { provider, double, services } = await open(t);
  double.pendingAnswers = Infinity;
  const start = services.clock.now().getTime();
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /publish a change of the hosted zone example\.test: after 240 s .* pending/);
  assert.ok(services.clock.now().getTime() - start < 300_000);
});

test('route53: a value that another program overwrites is set again', async (t) => {
  const { provider, double } = await open(t);
  const overwrite = () => {
    const set = { name: `${name}.`, type: 'TXT', ttl: 1, values: ['"theirs"'] };
    double.zones[0]?.sets.splice(0, Infinity, set);
  };
  double.inject({ on: ({ path }) => path.includes('/change/'), before: overwrite });
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), ['theirs', record.value]);
  double.inject({ on: ({ path }) => path.includes('/change/'), times: Infinity, before: overwrite });
  const other = { name, value: challengeValue('b') };
  const failure = await failureOf(provider().createTxt(other), 'ValidationSetupError');
  assert.match(failure.message, /it was overwritten 5 times/);
});

test('route53: a set that changes while its last value is deleted is read again', async (t) => {
  const { provider, double } = await open(t);
  await provider().createTxt(record);
  const set = { name: `${name}.`, type: 'TXT', ttl: 1, values: [`"${record.value}"`, '"theirs"'] };
  double.inject({ on: isChange, before: () => double.zones[0]?.sets.splice(0, Infinity, set) });
  await provider().deleteTxt(record);
  assert.deepEqual(double.valuesAt(name), ['theirs']);
});

test('route53: a deletion whose answer was lost is no failure', async (t) => {
  const { provider, double } = await open(t);
  await provider().createTxt(record);
  double.inject({ on: isChange, damage: 'reset' });
  await provider().deleteTxt(record);
  assert.deepEqual(setsOf(double), []);
});

test('route53: throttling and a prior request are waited for, as 400 as they come', async (t) => {
  const { provider, double } = await open(t);
  double.inject({ reply: refusal(400, 'Throttling', 'Rate exceeded') });
  const prior = refusal(400, 'PriorRequestNotComplete', 'The request was rejected because Route 53 was still busy');
  double.inject({ on: isChange, times: 2, reply: prior });
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value]);
});

test('route53: many names at once stay below the limit of the account', async (t) => {
  const { provider, services } = await open(t);
  const one = provider();
  const start = services.clock.now().getTime();
  const names = Array.from({ length: 10 }, (_, number) => `_acme-challenge.h${number}.example.test`);
  await Promise.all(names.map((host) => one.createTxt({ name: host, value: record.value })));
  const seconds = (services.clock.now().getTime() - start) / 1000;
  assert.ok(seconds > 5, `${seconds} s for 40 requests and more`);
});

test('route53: zones on several pages are all seen; private ones are left out', async (t) => {
  const others = Array.from({ length: 230 }, (_, number) => `zone${number}.test`);
  const { provider, double } = await open(t, [...others, 'example.test']);
  double.addZone('www.example.test', true);
  await provider().createTxt(record);
  const pages = double.requests.filter(({ path }) => path.endsWith('/hostedzone'));
  assert.equal(pages.length, 3);
  assert.equal(double.zones.find((zone) => zone.name === 'example.test.')?.sets.length, 1);
});

test('route53: public zones with the same name are all changed', async (t) => {
  const { provider, double } = await open(t, ['example.test', 'example.test']);
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value, record.value]);
  await provider().deleteTxt(record);
  assert.deepEqual(setsOf(double), []);
});

test('route53: a set with a routing policy is left alone and named', async (t) => {
  const { provider, double } = await open(t);
  double.zones[0]?.sets.push({ name: `${name}.`, type: 'TXT', ttl: 1, values: ['"x"'], setIdentifier: 'blue' });
  const failure = await failureOf(provider().createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /read the TXT records .*: the record set has a routing policy or is an alias/);
  assert.deepEqual(double.valuesAt(name), ['x']);
});

const refusals: [string, (double: Route53Double) => Partial<CredentialChoice>, RegExp, RegExp][] = [
  [
    'a key that is not known',
    () => ({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'nothing' }),
    /Route 53 answered 403: The security token included in the request is invalid\. \(InvalidClientTokenId\)/,
    /--route53accesskeyid/,
  ],
  [
    'a wrong secret',
    ({ keys }) => ({ accessKeyId: [...keys.keys()][0] ?? '', secretAccessKey: 'nothing' }),
    /403: The request signature we calculated does not match .* for details\. \(SignatureDoesNotMatch\)$/,
    /--route53secretaccesskey; if it is right, check date and time/,
  ],
  [
    'missing permissions',
    (double) => {
      const key = double.addKey();
      double.denied.add(key.accessKeyId);
      return key;
    },
    /cannot list the hosted zones: Route 53 answered 403: .* not authorized .* \(AccessDenied\)/,
    /route53:ListHostedZones and route53:GetChange/,
  ],
];

for (const [what, choose, message, hint] of refusals) {
  test(`route53: ${what} is told in the words of AWS`, async (t) => {
    const { provider, double } = await open(t);
    const failure = await failureOf(provider(choose(double)).createTxt(record), 'ValidationSetupError');
    assert.match(failure.message, message);
    assert.match(failure.hint ?? '', hint);
  });
}

test('route53: a clock that is wrong is told from a wrong secret', async (t) => {
  const { key, double, services } = await open(t);
  const clock = { ...services.clock, now: () => new Date(Date.now() - 3_600_000) };
  const late = { ...services, clock };
  const access = { ...key, iamRole: undefined, arnRole: undefined, endpoints: double.endpoints, services: late };
  const failure = await failureOf(new Route53Provider(access).createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /RequestExpired/);
  assert.match(failure.hint ?? '', /date and time/);
});

test('route53: the role of the instance gives the credentials, by a token of its own', async (t) => {
  const { provider, double } = await open(t);
  double.instanceRoles.push('web');
  await provider({}).createTxt(record);
  await provider({ iamRole: 'web' }).createTxt({ name, value: challengeValue('b') });
  assert.equal(double.valuesAt(name).length, 2);
  const failure = await failureOf(provider({ iamRole: 'dns' }).createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /the instance has the role web, not "dns"/);
});

test('route53: without a key and outside of EC2 it says what is missing', async (t) => {
  const { provider } = await open(t);
  const failure = await failureOf(provider({}).createTxt(record), 'ValidationSetupError');
  assert.match(
    failure.message,
    /get the credentials of the role of this EC2 instance: the metadata service of EC2 answered 404/,
  );
  assert.match(failure.hint ?? '', /give --route53accesskeyid/);
});

test('route53: a role is assumed with a key or the role of the instance', async (t) => {
  const { provider, double, key } = await open(t);
  double.assumable.add(role);
  await provider({ ...key, arnRole: role }).createTxt(record);
  double.instanceRoles.push('web');
  await provider({ arnRole: role }).createTxt({ name, value: challengeValue('b') });
  assert.equal(double.valuesAt(name).length, 2);
  assert.equal(double.requests.filter(({ path }) => path === '/sts/').length, 2);
});

test('route53: a role that may not be assumed is told', async (t) => {
  const { provider, key } = await open(t);
  const failure = await failureOf(provider({ ...key, arnRole: role }).createTxt(record), 'ValidationSetupError');
  assert.match(failure.message, /cannot assume the role arn:aws:iam.*: AWS STS answered 403: .*sts:AssumeRole/);
  assert.match(failure.hint ?? '', /--route53arnrole/);
});

test('route53: temporary credentials are kept while they are valid, and then replaced', async (t) => {
  const { provider, double, key, services } = await open(t);
  double.assumable.add(role);
  double.temporarySeconds = 900;
  const one = provider({ ...key, arnRole: role });
  const asked = () => double.requests.filter(({ path }) => path === '/sts/').length;
  await one.createTxt(record);
  await one.deleteTxt(record);
  assert.equal(asked(), 1);
  await services.clock.sleep(700_000);
  await one.createTxt(record);
  assert.equal(asked(), 2);
});

test('route53: a session token that AWS repeats in an error is blanked out', async (t) => {
  const { provider, double, key } = await open(t);
  double.assumable.add(role);
  const one = provider({ ...key, arnRole: role });
  await one.createTxt(record);
  const temporary = [...double.keys.values()].find(({ token }) => token !== undefined);
  const said = `bad ${temporary?.token} and ${temporary?.secret}`;
  double.inject({ times: Infinity, reply: refusal(403, 'AccessDenied', said) });
  const failure = await failureOf(one.createTxt({ name, value: challengeValue('b') }), 'ValidationSetupError');
  assert.match(failure.message, /bad \*\*\* and \*\*\*/);
});

test('route53: what is no XML, or has a document type, is not taken for an answer', async (t) => {
  const { provider, double } = await open(t);
  double.inject({ times: 1, damage: 'garbage' });
  const evil =
    '<!DOCTYPE x [<!ENTITY e "e">]><ListHostedZonesResponse><IsTruncated>false</IsTruncated></ListHostedZonesResponse>';
  double.inject({ times: 1, reply: { status: 200, body: evil } });
  double.inject({ times: 1, reply: { status: 200, body: '<Other/>' } });
  await provider().createTxt(record);
  assert.deepEqual(double.valuesAt(name), [record.value]);
});

test('route53: the region chooses the partition', () => {
  assert.deepEqual(publicEndpoints('us-east-1'), {
    route53: 'https://route53.amazonaws.com',
    route53Region: 'us-east-1',
    sts: 'https://sts.us-east-1.amazonaws.com',
    stsRegion: 'us-east-1',
    metadata: 'http://169.254.169.254',
  });
  const { route53, route53Region, sts } = publicEndpoints('cn-north-1');
  assert.deepEqual(
    [route53, route53Region, sts],
    ['https://route53.amazonaws.com.cn', 'cn-northwest-1', 'https://sts.cn-north-1.amazonaws.com.cn'],
  );
  assert.equal(publicEndpoints('us-gov-east-1').route53, 'https://route53.us-gov.amazonaws.com');
  assert.equal(publicEndpoints('us-gov-east-1').sts, 'https://sts.us-gov-east-1.amazonaws.com');
});

for (const args of [
  ['--route53iamrole', role],
  ['--route53arnrole', 'dns'],
  ['--route53region', 'example.com/'],
]) {
  test(`route53: ${args.join(' ')} is refused`, async () => {
    const descriptor = createRoute53Validation(publicEndpoints);
    const failure = await failureOf(
      () => descriptor.fromArguments(valuesOf('validation', 'route53', args), String),
      'UsageError',
    );
    assert.ok(failure.message.includes(String(args[0])), failure.message);
  });
}
