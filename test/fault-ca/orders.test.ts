import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderNotReady, withoutHeader } from '../support/fake-acme/faults.ts';
import { shownAs } from '../support/fake-acme/object-faults.ts';
import { problem } from '../support/fake-acme/problem.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertIssued, assertSuccess } from './checks.ts';

test('an order that stays pending for some polls after its authorizations are valid', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: orderNotReady() });
  bench.fake.inject({ on: 'order', fault: shownAs('pending'), times: 3 });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('order'), 4);
  assert.equal(run.count('finalize'), 2);
  assertIssued(bench);
});

test('an order that is done at once is never read: its requests are the least the protocol has', async (t) => {
  const bench = await startFaultBench(t);
  const run = await bench.create();
  assertSuccess(run);
  const least = ['newOrder', 'authz', 'challenge', 'authz', 'finalize', 'certificate', 'renewalInfo'];
  assert.deepEqual(
    run.requests.map(({ kind }) => kind),
    ['directory', 'newNonce', 'newAccount', ...least],
  );
});

test('orderNotReady for a ready order: finalized again', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: orderNotReady(), times: 2 });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('finalize'), 3);
  assert.equal(run.count('newOrder'), 1);
  assertIssued(bench);
});

test('orderNotReady while the order is pending again: waits for it', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: orderNotReady() });
  bench.fake.inject({ on: 'order', fault: shownAs('pending'), times: 2 });
  const run = await bench.create();
  assertSuccess(run);
  assert.equal(run.count('finalize'), 2);
});

test('orderNotReady for ever ends after a few attempts: 40', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: orderNotReady(), times: Infinity });
  const run = await bench.create();
  assert.match(assertFailure(run, 40, 'AcmeError').message, /finalizing the order: .*\(orderNotReady\)/);
  assert.ok(run.count('finalize') <= 5);
});

test('orderNotReady for an order that has failed meanwhile: 46 with its reason', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: orderNotReady() });
  const reason = problem('caa', 403, 'CAA forbids a.test');
  bench.fake.inject({ on: 'order', fault: shownAs('invalid', reason), times: Infinity });
  assert.match(assertFailure(await bench.create(), 46, 'OrderRejected').message, /CAA forbids a\.test/);
});

test('finalize without Location', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: 1 } });
  bench.fake.inject({ on: 'finalize', fault: withoutHeader('Location') });
  assertSuccess(await bench.create());
  assertIssued(bench);
});

test('processing with Retry-After: polled no more often than asked', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: 1, retryAfter: '1' } });
  bench.setLimits({ PollTimeout: 20 });
  const run = await bench.create();
  assertSuccess(run);
  const looks = run.requests.slice(run.requests.findIndex(({ kind }) => kind === 'finalize'));
  const moments = looks.filter(({ kind }) => kind === 'finalize' || kind === 'order').map(({ at }) => at.getTime());
  assert.equal(moments.length, 3);
  const pauses = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
  assert.ok(
    pauses.every((pause) => pause >= 950),
    `pauses of ${pauses.join(', ')} ms`,
  );
  assertIssued(bench);
});

test('invalid after processing: 46 with the reason of the CA, and the next run orders anew', async (t) => {
  const failure = problem('caa', 403, 'CAA record for a.test prevents issuance');
  const bench = await startFaultBench(t, { processing: { polls: 1, failure } });
  const error = assertFailure(await bench.create(), 46, 'OrderRejected');
  assert.match(error.message, /became invalid: CAA record for a\.test prevents issuance \(caa\)/);
  assert.equal(error.problem?.detail, failure.detail);
  assert.equal(bench.hasOpenOrder(), false);
  bench.fake.state.settings.processing = undefined;
  assert.equal((await bench.issue()).count('newOrder'), 1);
});

test('an order that fails without a reason: 46 says so', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: 9 } });
  bench.fake.inject({ on: 'order', fault: shownAs('invalid'), after: 1, times: Infinity });
  assert.match(assertFailure(await bench.create(), 46, 'OrderRejected').message, /the CA gave no reason/);
});

test('an order that never settles: 47 within the limit, and the next run goes on with it', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: Infinity } });
  const run = await bench.create();
  const error = assertFailure(run, 47, 'AcmeTimeout');
  assert.match(error.message, /order .* did not settle within 2 s/);
  assert.ok(run.tookMs < 6_000, `${run.tookMs} ms`);
  for (const order of bench.fake.state.orders.values()) order.pollsLeft = 0;
  const next = await bench.renew();
  assertSuccess(next);
  assert.deepEqual([next.count('newOrder'), next.count('finalize')], [0, 0]);
  assertIssued(bench);
});

test('an order that stays pending for ever: 47', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: orderNotReady(), times: Infinity });
  bench.fake.inject({ on: 'order', fault: shownAs('pending'), times: Infinity });
  assertFailure(await bench.create(), 47, 'AcmeTimeout');
  bench.fake.clearFaults();
  const next = await bench.renew();
  assertSuccess(next);
  assert.equal(next.count('newOrder'), 0);
});

test('a Retry-After beyond the limit of polling: 47 without the wait', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: 1, retryAfter: '3600' } });
  const run = await bench.create();
  assertFailure(run, 47, 'AcmeTimeout');
  assert.ok(run.tookMs < 5_000, `${run.tookMs} ms`);
  assert.equal(bench.hasOpenOrder(), true);
});

test('an order in a state nobody has heard of is no certificate: 46', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: ['finalize', 'order'], fault: shownAs('contemplating'), times: Infinity });
  assert.match(assertFailure(await bench.create(), 46, 'OrderRejected').message, /contemplating/);
});

test('the CA gives the order of an earlier run again: it serves', async (t) => {
  const bench = await startFaultBench(t, { reuseOrders: true });
  bench.fake.inject({ on: 'finalize', fault: orderNotReady(), times: Infinity });
  bench.fake.inject({ on: 'order', fault: shownAs('pending'), times: Infinity });
  assertFailure(await bench.create(), 47, 'AcmeTimeout');
  bench.fake.clearFaults();
  const run = await bench.renew(['--nocache']);
  assertSuccess(run);
  assert.equal(run.count('newOrder'), 1);
  assert.equal(bench.fake.state.orders.size, 1);
  assert.equal(run.count('challenge'), 0);
});

test('an order the CA has forgotten is replaced', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'finalize', fault: orderNotReady(), times: Infinity });
  bench.fake.inject({ on: 'order', fault: shownAs('pending'), times: Infinity });
  assertFailure(await bench.create(), 47, 'AcmeTimeout');
  bench.fake.clearFaults();
  bench.fake.state.orders.clear();
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.count('newOrder'), 1);
});
