import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { runWacs } from '../support/run-wacs.ts';
import { assertExit, createWorkbench, quick, type Run, type Workbench } from './workbench.ts';

const hour = 3_600_000;

test('--renew does what is due and nothing else', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);

  await t.test('without renewals it says so and succeeds', async () => {
    const run = await bench.run(['--renew']);
    assertExit(run, 0);
    assert.match(run.stderr, /there are no renewals yet/);
    assert.deepEqual(run.report?.renewals, []);
  });

  for (const [host, id, name] of [
    ['a.test', 'web-1', 'Web one'],
    ['b.test', 'web-2', 'Web two'],
    ['c.test', 'mail', 'Mail'],
  ] as const) {
    assertExit(await bench.create(host, ['--id', id, '--friendlyname', name]), 0);
  }

  await t.test('nothing due: 0, and 15 when the difference is asked for', async () => {
    const orders = pebble.requestCount('newOrder');
    const plain = await bench.run(['--renew']);
    assertExit(plain, 0);
    assert.match(plain.stdout, /0 renewed, 0 deployed again, 3 not due, 0 failed; the next is due on/);
    assert.deepEqual(results(plain), { mail: 'notDue', 'web-1': 'notDue', 'web-2': 'notDue' });
    const detailed = await bench.run(['--renew', '--detailedexitcode']);
    assertExit(detailed, 15);
    assert.equal(detailed.report?.exitName, 'NothingDue');
    assert.equal(pebble.requestCount('newOrder'), orders);
  });

  await t.test("the scheduled task's command line renews: roots given once are remembered", async () => {
    const task = ['--renew', '--force', '--id', 'web-1', '--baseuri', pebble.directoryUrl, '--configpath', bench.state];
    const run = await runWacs([...task, '--notaskscheduler']);
    assert.equal(run.exitCode, 0, run.stderr);
  });

  await t.test('patterns select, --force renews the selected ones only', async () => {
    const web = await renewForced(bench, pebble, ['--id', 'WEB-?']);
    assert.deepEqual(web, { orders: 2, results: { 'web-1': 'renewed', 'web-2': 'renewed' } });
    const mail = await renewForced(bench, pebble, ['--friendlyname', 'm*']);
    assert.deepEqual(mail, { orders: 1, results: { mail: 'renewed' } });
    const listed = await renewForced(bench, pebble, ['--id', 'mail,web-2', '--friendlyname', '*two']);
    assert.deepEqual(listed, { orders: 1, results: { 'web-2': 'renewed' } });
  });

  await t.test('with --detailedexitcode a renewal that was done gives 0', async () => {
    assertExit(await bench.run(['--renew', '--force', '--id', 'mail', '--detailedexitcode']), 0);
  });

  await t.test('three at once replace their files at the cost of one newNonce', async () => {
    const before = bench.readPem('a.test', 'crt');
    const nonces = pebble.requestCount('newNonce');
    const all = await renewForced(bench, pebble, []);
    assert.equal(all.orders, 3);
    assert.equal(pebble.requestCount('newNonce') - nonces, 1);
    assert.notEqual(bench.readPem('a.test', 'crt'), before);
  });

  await t.test('a pattern that matches nothing is 24', async () => {
    const run = await bench.run(['--renew', '--id', 'no-such-*']);
    assertExit(run, 24);
    assert.match(run.stderr, /no renewal matches --id no-such-\*/);
    assert.equal(run.report?.exitName, 'NotFound');
    assertExit(await bench.run(['--renew', '--friendlyname', 'nobody']), 24);
  });
});

test('the renewal information of the CA (RFC 9773) decides', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  assertExit(await bench.create('a.test', ['--id', 'site']), 0);
  const setWindow = (start: number, end: number, more: object = {}) =>
    pebble.setRenewalInfo(bench.readPem('a.test', 'crt'), {
      suggestedWindow: { start: new Date(start).toISOString(), end: new Date(end).toISOString() },
      ...more,
    });
  const renew = async (): Promise<string | undefined> => {
    const run = await bench.run(['--renew']);
    assertExit(run, 0);
    return results(run).site;
  };
  const momentOf = (): number => Date.parse(bench.readRenewal('site').state.renewalInfo?.selectedMoment ?? '');

  await t.test('a window to come: a moment in it is drawn once and kept until the window changes', async () => {
    const start = Date.now() + 24 * hour;
    await setWindow(start, start + 1000 * hour);
    askAgain(bench);
    assert.equal(await renew(), 'notDue');
    const drawn = momentOf();
    assert.ok(drawn >= start && drawn <= start + 1000 * hour, new Date(drawn).toISOString());
    askAgain(bench);
    assert.equal(await renew(), 'notDue');
    assert.equal(momentOf(), drawn);
    await setWindow(start, start + 48 * hour);
    assert.equal(await renew(), 'notDue');
    assert.equal(momentOf(), drawn, 'the CA was asked although it is not time to');
    askAgain(bench);
    assert.equal(await renew(), 'notDue');
    assert.ok(momentOf() <= start + 48 * hour, 'the window has changed and the moment has not');
  });

  await t.test('a window that the CA moves forward, and that the next run would miss, is now', async () => {
    await setWindow(Date.now() + hour, Date.now() + 3 * hour);
    askAgain(bench);
    assert.equal(await renew(), 'renewed');
  });

  await t.test('renewal information that makes no sense is no failure', async () => {
    await pebble.setRenewalInfo(bench.readPem('a.test', 'crt'), { suggestedWindow: 'tomorrow' });
    askAgain(bench);
    assert.equal(await renew(), 'notDue');
  });

  await t.test('a window in the past makes the renewal due, with the explanation of the CA', async () => {
    const explanationURL = 'https://ca.example/incident';
    await setWindow(Date.now() - 2 * hour, Date.now() - hour, { explanationURL });
    askAgain(bench);
    const orders = pebble.requestCount('newOrder');
    const run = await bench.run(['--renew']);
    assertExit(run, 0);
    assert.deepEqual(results(run), { site: 'renewed' });
    assert.equal(pebble.requestCount('newOrder'), orders + 1);
    assert.match(run.output, /renewing because the CA asks for it now/);
    assert.match(run.stderr, /https:\/\/ca\.example\/incident/);
    assert.equal(await renew(), 'notDue', 'the window belonged to the certificate before');
  });
});

test('a predecessor that Pebble has seen replaced is left out of the next order', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  assertExit(await bench.create('a.test', ['--id', 'site']), 0);
  const file = join(bench.authority, 'site.renewal.json');
  const before = readFileSync(file);
  const renew = async (): Promise<string> => {
    const run = await bench.run(['--renew', '--force', '--verbose']);
    assertExit(run, 0);
    return run.output;
  };
  assert.doesNotMatch(await renew(), /did not accept the predecessor/);
  writeFileSync(file, before);
  assert.match(await renew(), /did not accept the predecessor; ordering without naming it/);
});

test('without the window, a certificate of seconds is due at half of its life', async (t) => {
  const profiles = { brief: { description: 'six seconds', validityPeriod: 6 } };
  const pebble = await pebbleOrSkip(t, { ...quick, profiles });
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  bench.writeSettings({ ScheduledTask: { RenewalDisableServerSchedule: true } });
  assertExit(await bench.create('a.test', ['--id', 'site', '--profile', 'brief']), 0);
  const { notBefore = '', notAfter = '' } = bench.readRenewal('site').state.certificate ?? {};
  const half = (Date.parse(notBefore) + Date.parse(notAfter)) / 2;
  await sleep(half - Date.now() + 50);
  const run = await bench.run(['--renew']);
  assertExit(run, 0);
  assert.deepEqual(results(run), { site: 'renewed' });
  assert.equal(pebble.requestCount('renewalInfo'), 0);
});

test('a profile the CA does not offer is 46 and names those it offers', async (t) => {
  const profiles = { brief: { description: 'six days', validityPeriod: 518_400 } };
  const pebble = await pebbleOrSkip(t, { ...quick, profiles });
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const run = await bench.create('a.test', ['--profile', 'eternal']);
  assertExit(run, 46);
  assert.match(run.stderr, /does not offer the profile "eternal"; it offers brief [\s\S]*--profile/);
});

/** Renews with --force; how many orders that took and what became of each renewal. */
async function renewForced(bench: Workbench, pebble: Pebble, selection: readonly string[]) {
  const before = pebble.requestCount('newOrder');
  const run = await bench.run(['--renew', '--force', ...selection]);
  assertExit(run, 0);
  return { orders: pebble.requestCount('newOrder') - before, results: results(run) };
}

function results(run: Run): Record<string, string> {
  return Object.fromEntries((run.report?.renewals ?? []).map(({ id, result }) => [id, result]));
}

/** The time the CA gave for the next question has come. */
function askAgain(bench: Workbench): void {
  bench.editRenewal('site', ({ state }) => {
    if (state.renewalInfo !== undefined) state.renewalInfo.askAgainAt = new Date(Date.now() - hour).toISOString();
  });
}
