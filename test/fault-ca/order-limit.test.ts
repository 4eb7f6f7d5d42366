import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paused, rateLimited } from '../support/fake-acme/faults.ts';
import { type FaultBench, startFaultBench } from '../support/fault-ca.ts';
import { assertFailure, assertSuccess } from './checks.ts';
import { hour, makeOld, setMoment } from './moments.ts';

const accountLimit = 'too many new orders (300) from this account in the last 3h0m0s';
const threeHours = 3 * 3_600;

/** Four renewals that work one after another, so that the order of things is certain. */
async function startWithFour(t: Parameters<typeof startFaultBench>[0]): Promise<FaultBench> {
  const bench = await startFaultBench(t);
  bench.setSettings({ Execution: { MaxConcurrency: 1 } });
  for (const id of ['one', 'two', 'three'])
    assertSuccess(await bench.create(`${id}.test`, ['--id', id, '--friendlyname', id]));
  await bench.issue();
  return bench;
}

test('a limit on the orders of the account: one renewal asks, the others wait for the same moment', async (t) => {
  const bench = await startWithFour(t);
  bench.fake.inject({ on: 'newOrder', fault: rateLimited(threeHours, accountLimit), times: Infinity });
  const run = await bench.renew(['--force']);
  const { retryAt } = assertFailure(run, 43, 'AcmeRateLimited').failures?.[0] ?? {};
  assert.equal(run.count('newOrder'), 1);
  const renewals = run.report?.renewals ?? [];
  assert.deepEqual(
    renewals.map(({ result, error }) => [result, error?.retryAt]),
    Array.from({ length: 4 }, () => ['failed', retryAt]),
  );
  assert.equal(bench.readRenewal().state.failures?.retryAt, retryAt);
  bench.fake.clearFaults();
  assertSuccess(await bench.renew());
});

test('a limit on a name: the others are renewed', async (t) => {
  const bench = await startWithFour(t);
  bench.fake.inject({
    on: 'newOrder',
    fault: paused('two.test'),
    times: Infinity,
    when: (payload) => JSON.stringify(payload).includes('two.test'),
  });
  const run = await bench.renew(['--force']);
  assertFailure(run, 43, 'AcmeRateLimited');
  assert.deepEqual(Object.fromEntries((run.report?.renewals ?? []).map(({ id, result }) => [id, result])), {
    one: 'renewed',
    two: 'failed',
    three: 'renewed',
    site: 'renewed',
  });
});

for (const [why, change] of [
  ['in its window', (bench: FaultBench) => setMoment(bench, 'windowStart', Date.now() - hour)],
  ['about to expire', makeOld],
] as const) {
  test(`a certificate ${why} is ordered in spite of the account's limit`, async (t) => {
    const bench = await startWithFour(t);
    change(bench);
    bench.fake.inject({ on: 'newOrder', fault: rateLimited(threeHours, accountLimit), times: 1 });
    const others = await bench.renew(['--force', '--id', 'one,two,three,site']);
    const result = others.report?.renewals.find(({ id }) => id === 'site')?.result;
    assert.equal(others.count('newOrder'), 2, others.output);
    assert.equal(result, 'renewed');
  });
}
