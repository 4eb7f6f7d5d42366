import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { refusal, serverInternal } from '../support/fake-acme/faults.ts';
import { withMembers, withoutMember } from '../support/fake-acme/object-faults.ts';
import { emptyBody, hang, htmlPage, reset, truncated } from '../support/fake-acme/wire-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertIssued, assertSuccess } from './checks.ts';
import { askAgain, day, hour, makeOld, minute, moment, window } from './moments.ts';

const troubles: readonly [string, Fault][] = [
  ['404', refusal('malformed', 404)],
  ['500', serverInternal()],
  ['an object without a window', withoutMember('suggestedWindow')],
  ['a window without moments', withMembers({ suggestedWindow: { start: 'soon', end: 'later' } })],
  ['a window that ends before it starts', windowOf(6 * day, 5 * day)],
  ['a window without length', windowOf(-hour, -hour)],
  ['an empty answer', emptyBody()],
  ['an answer cut short', truncated()],
  ['a page of HTML', htmlPage()],
  ['a connection that breaks', reset()],
  ['silence', hang()],
];

test('an answer that is of no use never blocks: the lifetime decides, and the CA is asked again in 6 h', async (t) => {
  for (const [name, fault] of troubles) {
    await t.test(name, async (t) => {
      const bench = await startFaultBench(t);
      bench.setLimits({ RequestTimeout: 1 });
      await bench.issue();
      bench.fake.inject({ on: 'renewalInfo', fault, times: Infinity });
      const run = await bench.renew();
      assertSuccess(run);
      assert.equal(run.report?.renewals[0]?.nextDueReason, 'lifetime');
      const wait = moment(bench, 'askAgainAt') - Date.now();
      assert.ok(wait <= 6 * hour && wait > 6 * hour - minute, `${wait / minute} min`);
      assert.equal(bench.readRenewal().state.failures, undefined);
      assert.ok(run.count('renewalInfo') <= 2, 'renewal information is not worth attempts');
    });
  }
});

test('a renewal that is due by its lifetime does not need renewal information', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.inject({ on: 'renewalInfo', fault: serverInternal(), times: Infinity });
  makeOld(bench);
  const due = await bench.renew();
  assertSuccess(due);
  assert.equal(due.report?.renewals[0]?.result, 'renewed');
  assertIssued(bench);
});

test('a known window outlives a CA that does not answer', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.setWindow(window(5 * day, 6 * day));
  assertSuccess(await bench.renew());
  const drawn = moment(bench, 'selectedMoment');
  bench.fake.inject({ on: 'renewalInfo', fault: serverInternal(), times: Infinity });
  assertSuccess(await askAgain(bench));
  assert.equal(moment(bench, 'selectedMoment'), drawn);
});

test('a window beyond the end of the certificate does not let it expire', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.setWindow(window(300 * day, 301 * day));
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
