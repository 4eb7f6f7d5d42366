import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../support/fake-acme/fault-rules.ts';
import { changeResponse, refusal, serverInternal } from '../support/fake-acme/faults.ts';
import { withMembers, withoutMember } from '../support/fake-acme/object-faults.ts';
import { emptyBody, hang, htmlPage, reset, truncated } from '../support/fake-acme/wire-faults.ts';
import { type FaultBench, type FaultRun, startFaultBench } from '../support/fault-ca.ts';
import { assertIssued, assertSuccess } from './checks.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test('a window that has passed: renewed, and the explanation is shown', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const before = bench.readRenewal().state.certificate;
  bench.fake.setWindow({ ...window(-2 * hour, -hour), explanationUrl: 'https://ca.example/incidents/7' });
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.report?.renewals[0]?.result, 'renewed');
  assert.match(run.stderr, /warning: .*https:\/\/ca\.example\/incidents\/7/);
  assert.match(run.output, /the CA asks for it now/);
  assert.equal(run.requests.find(({ kind }) => kind === 'renewalInfo')?.path, `/renewal-info/${before?.renewalInfoId}`);
  assert.notEqual(bench.readRenewal().state.certificate?.thumbprint, before?.thumbprint);
  assertIssued(bench);
});

test('a window in the future: not due, 0 (15 with --detailedexitcode), due at the drawn moment', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.setWindow(window(5 * day, 6 * day));
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.count('renewalInfo'), 1);
  assert.equal(run.count('newNonce'), 0);
  const drawn = moment(bench, 'selectedMoment');
  assert.ok(drawn >= moment(bench, 'windowStart') && drawn <= moment(bench, 'windowEnd'));
  assert.equal(run.report?.renewals[0]?.nextDue, new Date(drawn).toISOString());
  assert.equal(run.report?.renewals[0]?.nextDueReason, 'renewalInfo');
  const detailed = await bench.renew(['--detailedexitcode']);
  assert.deepEqual([detailed.exitCode, detailed.report?.exitName], [15, 'NothingDue']);
  assert.deepEqual(detailed.requests, []);
});

test('in the window the drawn moment decides', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.setWindow(window(-hour, hour));
  const run = await bench.renew();
  assertSuccess(run);
  const result = run.report?.renewals[0]?.result;
  if (result === 'notDue') {
    assert.ok(moment(bench, 'selectedMoment') > Date.now());
    setMoment(bench, 'selectedMoment', Date.now() - 1);
    assert.equal((await bench.renew()).report?.renewals[0]?.result, 'renewed');
  } else assert.equal(result, 'renewed');
});

test('the moment is drawn once and stays until the window changes', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  bench.fake.setWindow(window(5 * day, 15 * day));
  assertSuccess(await bench.renew());
  const drawn = moment(bench, 'selectedMoment');
  for (let round = 0; round < 2; round++) {
    assertSuccess(await askAgain(bench));
    assert.equal(moment(bench, 'selectedMoment'), drawn);
  }
  bench.fake.setWindow(window(20 * day, 21 * day));
  assertSuccess(await askAgain(bench));
  assert.ok(moment(bench, 'selectedMoment') >= moment(bench, 'windowStart'));
  assert.ok(moment(bench, 'windowStart') > drawn);
});

for (const [retryAfter, expected] of [
  ['0', minute],
  ['7200', 2 * hour],
  ['604800', day],
  ['99999999999999999999', day],
  ['in a while', 6 * hour],
] as const) {
  test(`Retry-After "${retryAfter}" leads to the next question in ${expected / minute} min`, async (t) => {
    const bench = await startFaultBench(t);
    await bench.issue();
    bench.fake.setWindow({ ...window(5 * day, 6 * day), retryAfter });
    assertSuccess(await bench.renew());
    const wait = moment(bench, 'askAgainAt') - Date.now();
    assert.ok(wait <= expected && wait > expected - 30_000, `${wait / minute} min`);
    assert.deepEqual((await bench.renew()).requests, [], 'asked before the time');
  });
}

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

      makeOld(bench);
      const due = await askAgain(bench);
      assertSuccess(due);
      assert.equal(due.report?.renewals[0]?.result, 'renewed');
    });
  }
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

test('a revoked certificate: the CA says so by its window, and it is replaced', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  for (const certificate of bench.fake.state.certificates.values()) certificate.revocationReason = 1;
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.report?.renewals[0]?.result, 'renewed');
  assert.match(run.stderr, /https:\/\/ca\.example\/incidents\/revoked/);
});

test('a directory without renewalInfo: nobody is asked, the lifetime decides', async (t) => {
  const bench = await startFaultBench(t);
  bench.fake.inject({ on: 'directory', fault: withoutMember('renewalInfo'), times: Infinity });
  await bench.issue();
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.count('renewalInfo'), 0);
  assert.equal(run.report?.renewals[0]?.nextDueReason, 'lifetime');
});

test('an address of renewalInfo with a slash at its end is none with two', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const slash = changeResponse((response) => {
    const body = JSON.parse(JSON.stringify(response.body)) as Record<string, unknown>;
    return { ...response, body: { ...body, renewalInfo: `${String(body.renewalInfo)}/` } };
  });
  bench.fake.inject({ on: 'directory', fault: slash });
  const run = await bench.renew();
  assert.equal(run.requests.find(({ kind }) => kind === 'renewalInfo')?.path.includes('//'), false);
  assert.equal(run.report?.renewals[0]?.nextDueReason, 'renewalInfo');
});

/** A window relative to now. */
function window(fromMs: number, toMs: number): { start: Date; end: Date } {
  return { start: new Date(Date.now() + fromMs), end: new Date(Date.now() + toMs) };
}

function windowOf(fromMs: number, toMs: number): Fault {
  const { start, end } = window(fromMs, toMs);
  return withMembers({ suggestedWindow: { start: start.toISOString(), end: end.toISOString() } });
}

type Moment = 'askAgainAt' | 'windowStart' | 'windowEnd' | 'selectedMoment';

function moment(bench: FaultBench, name: Moment): number {
  const text = bench.readRenewal().state.renewalInfo?.[name];
  assert.ok(text !== undefined, `the renewal has no ${name}`);
  return Date.parse(text);
}

function setMoment(bench: FaultBench, name: Moment, time: number): void {
  bench.editRenewal((state) => {
    state.renewalInfo = { ...state.renewalInfo, [name]: new Date(time).toISOString() };
  });
}

/** A run after the time of the next question has come. */
function askAgain(bench: FaultBench): Promise<FaultRun> {
  setMoment(bench, 'askAgainAt', Date.now() - 1);
  return bench.renew();
}

/** Moves the certificate's life so that a day is left of it. */
function makeOld(bench: FaultBench): void {
  bench.editRenewal(({ certificate }) => {
    Object.assign(certificate ?? {}, {
      notBefore: new Date(Date.now() - 89 * day).toISOString(),
      notAfter: new Date(Date.now() + day).toISOString(),
    });
  });
}
