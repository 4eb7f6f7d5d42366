import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unauthorized } from '../support/fake-acme/faults.ts';
import { shownAs, unknownChallenge, withMembers } from '../support/fake-acme/object-faults.ts';
import { problem } from '../support/fake-acme/problem.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

test('unknown challenge types beside http-01 are left alone', async (t) => {
  const bench = await startFaultBench(t, { alwaysValid: false });
  bench.fake.inject({ on: 'authz', fault: unknownChallenge(), times: Infinity });
  assertSuccess(await bench.create('a.test,b.test'));
  assertIssued(bench);
});

test('unknown challenge types alone: 44 with those offered', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'authz', fault: unknownChallenge(true), times: Infinity });
  const run = await bench.create();
  const error = assertFailure(run, 44, 'ValidationFailed');
  assert.match(error.message, /does not offer http-01 for a\.test, only telepathy-01/);
  assert.equal(run.count('challenge'), 0);
});

test('a CA that offers other known types only: 44 with those', async (t) => {
  const bench = await startFaultBench(t, { challengeTypes: ['dns-01', 'tls-alpn-01'] });
  const error = assertFailure(await bench.create(), 44, 'ValidationFailed');
  assert.match(error.message, /only dns-01, tls-alpn-01/);
});

test('an authorization without any challenge: 44', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'authz', fault: withMembers({ challenges: [] }), times: Infinity });
  assertFailure(await bench.create(), 44, 'ValidationFailed');
});

test('authorizations that are valid already need no challenge', async (t) => {
  const bench = await startFaultBench(t, { reuseAuthorizations: true });
  await bench.issue('a.test');
  const run = await bench.renew(['--force']);
  assertSuccess(run);
  assert.equal(run.count('challenge'), 0);
  const more = await bench.issue('a.test,b.test');
  assert.equal(more.count('challenge'), 1, 'only the new name is validated');
});

test('an authorization that takes its time is waited for', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'authz', fault: shownAs('pending'), times: 4 });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('authz'), 5);
  assert.equal(run.count('challenge'), 1);
});

test('an error on a challenge that is still processing is no failure', async (t) => {
  const bench = await startFaultBench(t);
  const error = problem('connection', 400, 'first try failed, trying again');
  const challenge = { type: 'http-01', url: 'https://ca.example/1', status: 'processing', token: 't', error };
  const fault = withMembers({ status: 'pending', challenges: [challenge] });
  bench.fake.inject({ on: 'authz', fault, after: 1, times: 2 });
  assertSuccess(await bench.create());
});

test('an authorization that never settles: 47 within the limit, and the next run goes on with the order', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'authz', fault: shownAs('pending'), times: Infinity });
  const run = await bench.create();
  const error = assertFailure(run, 47, 'AcmeTimeout');
  assert.match(error.message, /authorization .* did not settle within 2 s/);
  assert.ok(run.tookMs < 6_000, `${run.tookMs} ms`);
  assert.equal(bench.hasOpenOrder(), true);
  assert.deepEqual(
    [...bench.fake.state.authorizations.values()].map(({ status }) => status),
    ['valid'],
    'not given up',
  );
  bench.fake.clearFaults();
  const next = await bench.renew();
  assertSuccess(next);
  assert.equal(next.count('newOrder'), 0);
});

for (const status of ['invalid', 'expired', 'revoked', 'deactivated', 'unheard-of']) {
  test(`an authorization that ends ${status}: 44`, async (t) => {
    const bench = await startFaultBench(t);
    bench.fake.inject({ on: 'authz', fault: shownAs(status), after: 1, times: Infinity });
    assertFailure(await bench.create(), 44, 'ValidationFailed');
  });
}

test('one name that fails: 44 with its reason, the other authorization is not left pending', async (t) => {
  const bench = await startFaultBench(t, { alwaysValid: false, pollRetryAfter: '1' });
  bench.fake.inject({ on: 'challenge', fault: unauthorized() });
  const run = await bench.create('a.test,b.test');
  const error = assertFailure(run, 40, 'AcmeError');
  assert.match(error.message, /answering a challenge/);
  const left = [...bench.fake.state.authorizations.values()].map(({ status }) => status);
  assert.equal(left.includes('pending'), false, left.join());
});
