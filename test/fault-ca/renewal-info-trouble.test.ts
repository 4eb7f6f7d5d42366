import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { rateLimited, refusal, serverInternal, unavailable } from '../support/fake-acme/faults.ts';
import { withMembers, withoutMember } from '../support/fake-acme/object-faults.ts';
import { emptyBody, hang, htmlPage, reset, truncated } from '../support/fake-acme/wire-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertIssued, assertSuccess } from './checks.ts';
import { askAgain, changeWindow, day, hour, makeOld, minute, moment, window } from './moments.ts';

/** Each with the pauses after the first and the second time, in minutes. */
const troubles: readonly [string, Fault, readonly [number, number]][] = [
  ['404', refusal('malformed', 404), [360, 360]],
  ['500', serverInternal(), [1, 2]],
  ['503 with Retry-After', unavailable(7_200), [120, 120]],
  ['429 with Retry-After', rateLimited(3_600), [60, 60]],
  ['an object without a window', withoutMember('suggestedWindow'), [360, 360]],
  ['a window without moments', withMembers({ suggestedWindow: { start: 'soon', end: 'later' } }), [360, 360]],
  ['a window that ends before it starts', windowOf(6 * day, 5 * day), [360, 360]],
  ['a window without length', windowOf(-hour, -hour), [360, 360]],
  ['an empty answer', emptyBody(), [360, 360]],
  ['an answer cut short', truncated(), [360, 360]],
  ['a page of HTML', htmlPage(), [360, 360]],
  ['a connection that breaks', reset(), [1, 2]],
  ['silence', hang(), [1, 2]],
];

test('an answer that is of no use never blocks: the lifetime decides, and the CA is asked again later', async (t) => {
  for (const [name, fault, pauses] of troubles) {
    await t.test(name, async (t) => {
      const bench = await startFaultBench(t);
      bench.setLimits({ RequestTimeout: 1 });
      bench.fake.inject({ on: 'renewalInfo', fault, times: Infinity });
      for (const [round, run] of [bench.issue, () => askAgain(bench)].entries()) {
        const result = await run();
        assertSuccess(result);
        assert.equal(result.report?.renewals[0]?.nextDueReason, 'lifetime');
        const wait = (moment(bench, 'askAgainAt') - Date.now()) / minute;
        const pause = pauses[round] ?? 0;
        assert.ok(wait <= pause && wait > pause - 1, `${wait} min in place of ${pause}`);
        assert.equal(bench.readRenewal().state.failures, undefined);
        assert.ok(result.count('renewalInfo') <= 2, 'renewal information is not worth attempts');
      }
      assert.deepEqual((await bench.renew()).requests, [], 'asked before the time');
    });
  }
});

test('a renewal that is due by its lifetime does not need renewal information', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'renewalInfo', fault: serverInternal(), times: Infinity });
  await bench.issue();
  makeOld(bench);
  const due = await bench.renew();
  assertSuccess(due);
  assert.equal(due.report?.renewals[0]?.result, 'renewed');
  assertIssued(bench);
});

test('a known window outlives a CA that does not answer', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  changeWindow(bench, window(5 * day, 6 * day));
  assertSuccess(await bench.renew());
  const drawn = moment(bench, 'selectedMoment');
  bench.fake.inject({ on: 'renewalInfo', fault: serverInternal(), times: Infinity });
  assertSuccess(await askAgain(bench));
  assert.equal(moment(bench, 'selectedMoment'), drawn);
});

test('a window beyond the end of the certificate does not let it expire', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  changeWindow(bench, window(300 * day, 301 * day));
  assertSuccess(await bench.renew());
  makeOld(bench);
  const run = await bench.renew();
  assert.equal(run.report?.renewals[0]?.result, 'renewed');
  assert.match(run.output, /expires soon/);
});

test('a CA that is down and nothing due: 0', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  await bench.fake.stop();
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.report?.renewals[0]?.result, 'notDue');
});

function windowOf(fromMs: number, toMs: number): Fault {
  const { start, end } = window(fromMs, toMs);
  return withMembers({ suggestedWindow: { start: start.toISOString(), end: end.toISOString() } });
}
