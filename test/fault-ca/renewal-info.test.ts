import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeResponse } from '../support/fake-acme/faults.ts';
import { withoutMember } from '../support/fake-acme/object-faults.ts';
import { startFaultBench } from '../support/fault-ca.ts';
import { assertIssued, assertSuccess } from './checks.ts';
import { askAgain, changeWindow, day, hour, minute, moment, setMoment, window } from './moments.ts';

test('a window that has passed: renewed, and the explanation is shown', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  const before = bench.readRenewal().state.certificate;
  changeWindow(bench, { ...window(-2 * hour, -hour), explanationUrl: 'https://ca.example/incidents/7' });
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
  changeWindow(bench, window(5 * day, 6 * day));
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

test('the window is asked for right after issuance, by create and renew', async (t) => {
  const bench = await startFaultBench(t);
  const created = await bench.issue();
  assert.equal(created.requests.at(-1)?.kind, 'renewalInfo');
  assert.equal(created.report?.renewals[0]?.nextDueReason, 'renewalInfo');
  assert.deepEqual((await bench.renew()).requests, []);
  const before = bench.readRenewal().state.renewalInfo;
  const forced = await bench.renew(['--force']);
  assert.deepEqual([forced.count('renewalInfo'), forced.requests.at(-1)?.kind], [1, 'renewalInfo']);
  assert.notDeepEqual(bench.readRenewal().state.renewalInfo, before);
});

test('in the window the drawn moment decides, a day ahead because the task runs daily', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  setMoment(bench, 'windowStart', Date.now() - hour);
  setMoment(bench, 'selectedMoment', Date.now() + 25 * hour);
  assert.equal((await bench.renew()).report?.renewals[0]?.result, 'notDue');
  setMoment(bench, 'selectedMoment', Date.now() + 23 * hour);
  assert.equal((await bench.renew()).report?.renewals[0]?.result, 'renewed');
});

test('a window moved forward that the next run would miss: renewed at once', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  changeWindow(bench, window(hour, 5 * hour));
  const run = await bench.renew();
  assertSuccess(run);
  assert.equal(run.report?.renewals[0]?.result, 'renewed');
});

test('RenewalDisableServerSchedule: nobody is asked, the lifetime decides', async (t) => {
  const bench = await startFaultBench(t);
  bench.setSettings({ ScheduledTask: { RenewalDisableServerSchedule: true } });
  assert.equal((await bench.issue()).count('renewalInfo'), 0);
  bench.fake.setWindow(window(-2 * hour, -hour));
  const run = await bench.renew();
  assertSuccess(run);
  assert.deepEqual(run.requests, []);
  assert.deepEqual([run.report?.renewals[0]?.result, run.report?.renewals[0]?.nextDueReason], ['notDue', 'lifetime']);
});

test('the moment is drawn once and stays until the window changes', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  changeWindow(bench, window(5 * day, 15 * day));
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
    changeWindow(bench, { ...window(5 * day, 6 * day), retryAfter });
    assertSuccess(await bench.renew());
    const wait = moment(bench, 'askAgainAt') - Date.now();
    assert.ok(wait <= expected && wait > expected - 30_000, `${wait / minute} min`);
    assert.deepEqual((await bench.renew()).requests, [], 'asked before the time');
  });
}

test('a revoked certificate: the CA says so by its window, and it is replaced', async (t) => {
  const bench = await startFaultBench(t);
  await bench.issue();
  for (const certificate of bench.fake.state.certificates.values()) certificate.revocationReason = 1;
  const run = await askAgain(bench);
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
  const run = await askAgain(bench);
  assert.equal(run.requests.find(({ kind }) => kind === 'renewalInfo')?.path.includes('//'), false);
  assert.equal(run.report?.renewals[0]?.nextDueReason, 'renewalInfo');
});
