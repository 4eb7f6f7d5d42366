import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import type { HttpClient } from '../../src/core/ports.ts';
import { type ApiCall, type ApiDialect, DnsApi } from '../../src/plugins/validation/dns-api.ts';
import { bodyText, jsonOrNothing, readJson, requireText, textAt } from '../../src/plugins/validation/dns-api-reply.ts';
import { quickServices } from '../contract/dns-places.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { type ApiReply, json, startApiDouble } from '../support/dns-apis/api-double.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';

const dialect: ApiDialect = {
  service: 'Example DNS',
  wordsOf: (response) => textAt(jsonOrNothing(response), 'error'),
  hintFor: ({ status }) => `Look at ${status}.`,
  isBusy: (response) => textAt(jsonOrNothing(response), 'error') === 'come back',
};

async function open(t: TestContext, answer: () => ApiReply = () => json(200, { value: 'yes' })) {
  const double = await startApiDouble(t, answer);
  const abort = new AbortController();
  const services = quickServices(t, { signal: abort.signal, log: createMemoryLog() });
  const call: ApiCall = { action: 'do it in the zone a.test', method: 'GET', url: `${double.url}/x?secret=y` };
  const api = new DnsApi(dialect, services);
  const ask = (changes: Partial<ApiCall> = {}, from = api) =>
    from.call({ ...call, ...changes }, (response) => requireText(readJson(response), 'value'));
  return { double, services, api, ask, abort };
}

test('an answer is read', async (t) => {
  const { ask, double, services } = await open(t);
  assert.equal(await ask(), 'yes');
  assert.equal(double.requests.length, 1);
  assert.deepEqual(services.clock.sleeps, []);
});

for (const [what, reply] of [
  ['429', json(429, { error: 'slow down' })],
  ['500', { status: 500, body: '<html>oops</html>' }],
  ['503', { status: 503 }],
  ['a refusal that passes', json(400, { error: 'come back' })],
] as const) {
  test(`${what} is tried again, after longer and longer pauses`, async (t) => {
    const { ask, double, services } = await open(t);
    double.inject({ times: 3, reply });
    assert.equal(await ask(), 'yes');
    assert.deepEqual(services.clock.sleeps, [1000, 2000, 4000]);
  });
}

for (const damage of ['reset', 'truncated', 'garbage'] as const) {
  test(`an answer that is ${damage} is asked for again`, async (t) => {
    const { ask, double } = await open(t);
    double.inject({ times: 2, damage });
    assert.equal(await ask(), 'yes');
    assert.ok(double.requests.length >= 3);
  });
}

test('after five attempts the last reason is told: action, service, status, words, hint', async (t) => {
  const { ask, double } = await open(t);
  double.inject({ times: Infinity, reply: json(503, { error: 'down for\n maintenance' }) });
  const failure = await failureOf(ask(), 'ValidationSetupError');
  assert.equal(failure.message, 'cannot do it in the zone a.test: Example DNS answered 503: down for maintenance');
  assert.equal(failure.hint, 'Look at 503.');
  assert.equal(double.requests.length, 5);
});

test('what is no JSON to the end is a failure that says so', async (t) => {
  const { ask } = await open(t, () => ({ status: 200, body: '<html>a proxy</html>' }));
  const failure = await failureOf(ask(), 'ValidationSetupError');
  assert.match(failure.message, /Example DNS answered 200 with something unexpected: the body is not JSON/);
});

test('a refusal is final', async (t) => {
  const { ask, double } = await open(t);
  double.inject({ reply: json(403, { error: 'no' }) });
  const failure = await failureOf(ask({ hint: () => 'Ask somebody.' }), 'ValidationSetupError');
  assert.equal(failure.hint, 'Ask somebody.');
  assert.equal(double.requests.length, 1);
});

test('answers beside 2xx can be expected', async (t) => {
  const { ask, double } = await open(t);
  double.inject({ reply: json(404, { value: 'none' }) });
  assert.equal(await ask({ isAnswer: ({ status }) => status === 404 }), 'none');
});

test('Retry-After is respected, in seconds and as a date', async (t) => {
  const { ask, double, services } = await open(t);
  double.inject({ reply: json(429, {}, { 'retry-after': '17' }) });
  const date = new Date(services.clock.now().getTime() + 60_000).toUTCString();
  double.inject({ reply: json(429, {}, { 'retry-after': date }) });
  assert.equal(await ask(), 'yes');
  const [first, second = 0] = services.clock.sleeps;
  assert.equal(first, 17_000);
  assert.ok(second > 35_000 && second < 45_000, String(second));
});

test('a Retry-After beyond the limit ends the call at once', async (t) => {
  const { ask, double, services } = await open(t);
  double.inject({ reply: json(429, { error: 'later' }, { 'retry-after': '3600' }) });
  const failure = await failureOf(ask(), 'ValidationSetupError');
  assert.match(failure.message, /429: later; the next attempt would be allowed in 3600 s only/);
  assert.deepEqual(services.clock.sleeps, []);
});

test('all waits together stay within the limit', async (t) => {
  const { ask, double, services } = await open(t);
  double.inject({ times: Infinity, reply: json(429, {}, { 'retry-after': '50' }) });
  await failureOf(ask(), 'ValidationSetupError');
  assert.deepEqual(services.clock.sleeps, [50_000, 50_000]);
});

test('a service that cannot be reached is named with the reason, and tried again', async (t) => {
  const { ask, services } = await open(t);
  const failure = await failureOf(ask({ url: 'http://127.0.0.1:9/' }), 'ValidationSetupError');
  assert.match(failure.message, /^cannot do it in the zone a\.test: Example DNS: cannot reach .*refused/);
  assert.equal(services.clock.sleeps.length, 4);
  assert.ok(failure.hint);
});

test('a certificate that is not trusted does not get better by trying', async (t) => {
  const { services } = await open(t);
  const cause = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const http: HttpClient = {
    request: async () => {
      throw new WacsError('AcmeUnreachable', 'TLS: no', { cause });
    },
  };
  const api = new DnsApi(dialect, { ...services, http });
  await failureOf(api.call({ action: 'x', method: 'GET', url: 'https://a.test/' }, bodyText), 'ValidationSetupError');
  assert.deepEqual(services.clock.sleeps, []);
});

test('headers are made anew for each attempt', async (t) => {
  const { ask, double } = await open(t);
  double.inject({ times: 2, reply: { status: 500 } });
  let made = 0;
  await ask({ headers: () => ({ attempt: String(++made) }) });
  assert.deepEqual(
    double.requests.map(({ headers }) => headers.attempt),
    ['1', '2', '3'],
  );
});

test('secrets are blanked out of what the service says, and out of the hint', async (t) => {
  const { ask, api, double, services } = await open(t);
  api.hide('s3cret-token');
  double.inject({ reply: json(401, { error: 'the token s3cret-token is wrong' }) });
  const failure = await failureOf(ask({ hint: () => 'Check s3cret-token.' }), 'ValidationSetupError');
  assert.match(failure.message, /the token \*\*\* is wrong/);
  assert.equal(failure.hint, 'Check ***.');
  assert.ok(!JSON.stringify(services.log).includes('s3cret'));
});

test('a long answer is cut', async (t) => {
  const { ask } = await open(t, () => json(400, { error: 'x'.repeat(10_000) }));
  const failure = await failureOf(ask(), 'ValidationSetupError');
  assert.ok(failure.message.length < 600);
});

test('an abort ends a call with its reason, at once and between attempts', async (t) => {
  const { ask, double, abort } = await open(t);
  double.inject({ damage: 'silence' });
  const asking = ask();
  setTimeout(() => abort.abort(interruption()), 50);
  await failureOf(asking, 'Interrupted');
  await failureOf(ask(), 'Interrupted');
  assert.equal(double.requests.length, 1);
});

test('cleaning up outlasts an abort', async (t) => {
  const { ask, api, double, abort } = await open(t);
  const before = api.forCleanUp();
  abort.abort(interruption());
  assert.equal(await ask({}, before), 'yes');
  assert.equal(await ask({}, api.forCleanUp()), 'yes');
  double.inject({ reply: { status: 500 } });
  assert.equal(await ask({}, before), 'yes', 'attempts go on');
});

test('a service of the machine itself is asked without a proxy and given up soon', async (t) => {
  const { services } = await open(t);
  const seen: unknown[] = [];
  const http: HttpClient = {
    request: async ({ direct, timeoutMs }) => {
      seen.push({ direct, timeoutMs });
      throw new WacsError('AcmeUnreachable', 'nothing there');
    },
  };
  const api = new DnsApi({ ...dialect, unreachableHint: 'Is it there?' }, { ...services, http });
  const call = { action: 'x', method: 'GET', url: 'http://169.254.169.254/', local: true } as const;
  const failure = await failureOf(api.call(call, bodyText), 'ValidationSetupError');
  assert.equal(failure.hint, 'Is it there?');
  assert.deepEqual(seen, Array(2).fill({ direct: true, timeoutMs: 5_000 }));
});
