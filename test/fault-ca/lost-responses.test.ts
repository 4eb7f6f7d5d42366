import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutBody, responseLost } from '../support/fake-acme/wire-faults.ts';
import { type FaultBench, type FaultRun, startFaultBench } from '../support/fault-ca.ts';
import { assertIssued, assertSuccess } from './checks.ts';

const kinds = ['newAccount', 'newOrder', 'authz', 'challenge', 'order', 'finalize', 'certificate'] as const;

for (const [what, fault] of [
  ['the connection breaks after the CA has done its work', responseLost()],
  ['the answer is cut', cutBody()],
] as const) {
  for (const on of kinds) {
    test(`${what} at ${on}: done again without harm`, async (t) => {
      const bench = await startFaultBench(t, { processing: { polls: 1 } });
      bench.fake.inject({ on, fault });
      const run = await bench.create();
      assert.ok(run.count(on) > 1);
      assertSuccess(run);
      assertNothingTwice(bench, run);
      assertIssued(bench);
    });
  }
}

test('the answer to finalize is lost while the CA still works: the order is waited for', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: 2 } });
  bench.fake.inject({ on: 'finalize', fault: responseLost() });
  const run = await bench.create();
  assertSuccess(run);
  assertNothingTwice(bench, run);
});

test('the answers to newOrder are lost at a CA that gives the same order again: one order', async (t) => {
  const bench = await startFaultBench(t, { reuseOrders: true });
  bench.fake.inject({ on: 'newOrder', fault: responseLost(), times: 2 });
  assertSuccess(await bench.create());
  assert.equal(bench.fake.state.orders.size, 1);
});

test('the answers to every first request are lost', async (t) => {
  const bench = await startFaultBench(t, { processing: { polls: 1 } });
  for (const on of ['directory', 'newNonce', ...kinds] as const) bench.fake.inject({ on, fault: responseLost() });
  const run = await bench.create();
  assertSuccess(run);
  assertNothingTwice(bench, run);
  assertIssued(bench);
});

/** One account and one certificate, and a finalized order is not finalized with another request. */
function assertNothingTwice(bench: FaultBench, run: FaultRun): void {
  assert.equal(bench.fake.state.accounts.size, 1);
  assert.equal(bench.fake.state.certificates.size, 1);
  assert.ok(bench.fake.state.orders.size <= run.count('newOrder'));
  const requests = run.payloads('finalize').map(({ csr }) => csr);
  assert.ok(
    requests.every((csr) => csr === requests[0]),
    'another certificate request',
  );
}
