import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { checkPemFiles, dnsNames, thumbprint } from './certificate-checks.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, quick, type Run } from './workbench.ts';

const skip = process.platform === 'win32' ? 'signals are for POSIX; the executable is tested on Windows itself' : false;
const hosts = ['a.test', 'b.test', 'c.test'];

function told(run: Run): string[] {
  const { renewals = [] } = run.report ?? {};
  return renewals.map(({ part, result, error }) => [part, result, error?.code].filter(Boolean).join(' '));
}

test('one certificate for each host, from a CA that blocks one of them', async (t) => {
  const pebble = await pebbleOrSkip(t, { ...quick, domainBlocklist: ['blocked.test'] });
  if (pebble === undefined) return;

  await t.test('each is issued, deployed, renewed by its own window, and revoked on its own at the CA', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const run = await bench.create(hosts.join(), ['--order', 'host', '--id', 'site']);
    assertExit(run, 0);
    assert.deepEqual(
      told(run),
      hosts.map((host) => `${host} renewed`),
    );
    for (const host of hosts) assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, host)), [host]);

    const due = await checkPemFiles(bench, pebble, 'b.test');
    const past = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
    const suggestedWindow = { start: past(20), end: past(10) };
    await pebble.setRenewalInfo(bench.readPem('b.test', 'crt'), { suggestedWindow });
    bench.editRenewal('site', ({ parts = [] }) => {
      for (const { state } of parts) if (state.renewalInfo) state.renewalInfo.askAgainAt = past(1);
    });
    const renewed = await bench.run(['--renew']);
    assertExit(renewed, 0);
    assert.deepEqual(told(renewed), ['a.test notDue', 'b.test renewed', 'c.test notDue']);
    assert.notEqual(thumbprint(await checkPemFiles(bench, pebble, 'b.test')), thumbprint(due));

    assertExit(await bench.run(['--revoke', '--id', 'site']), 0);
    for (const host of hosts) {
      const leaf = await checkPemFiles(bench, pebble, host);
      assert.equal(await pebble.certificateStatus(leaf.serialNumber), 'Revoked');
    }
    assertExit(await bench.run(['--cancel', '--id', 'site']), 0);
    for (const folder of ['certificates', 'orders']) assert.deepEqual(allFiles(join(bench.authority, folder)), []);
  });

  await t.test('a blocked host: 46 with its reason, the others are issued, and other renewals go on', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('other.test', ['--id', 'other']), 0);
    const run = await bench.create('a.test,blocked.test,c.test', ['--order', 'host', '--id', 'site']);
    assertExit(run, 46);
    assert.deepEqual(told(run), ['a.test renewed', 'blocked.test failed 46', 'c.test renewed']);
    assert.match(run.report?.error?.message ?? '', /^certificate blocked\.test: .*blocked\.test/);
    const renewed = await bench.run(['--renew', '--force']);
    assertExit(renewed, 46);
    assert.deepEqual(told(renewed), ['renewed', 'a.test renewed', 'blocked.test failed 46', 'c.test renewed']);
  });

  await t.test(
    'a blocked name in an order of three: 46 with the reason of that name, and other renewals go on',
    async (t) => {
      const bench = await createWorkbench(t, pebble);
      assertExit(await bench.create('other.test', ['--id', 'other']), 0);
      assertExit(await bench.create('a.test,b.test', ['--id', 'site']), 0);
      bench.editRenewal('site', ({ plan }) => {
        plan.source = { plugin: 'manual', hosts: ['a.test', 'blocked.test', 'c.test'] };
      });
      const before = pebble.requestCount('newOrder');
      const run = await bench.run(['--renew', '--force']);
      assertExit(run, 46);
      assert.deepEqual(told(run), ['renewed', 'failed 46']);
      const problem = run.report?.error?.problem;
      assert.ok(
        problem?.subproblems?.some(({ identifier }) => identifier === 'blocked.test') ||
          /blocked\.test/.test(problem?.detail ?? ''),
      );
      assert.match(run.stderr, /blocked\.test/);
      assert.equal(pebble.requestCount('newOrder'), before + 2);
      assert.deepEqual(allFiles(join(bench.authority, 'orders')), []);
    },
  );

  await t.test('a failed challenge leaves no order behind, and the next run gets the certificate', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('a.test,lost.test', ['--order', 'host', '--id', 'site']), 0);
    await pebble.setDns('set-servfail', { host: 'lost.test' });
    const failed = await bench.run(['--renew', '--force']);
    assertExit(failed, 44);
    assert.deepEqual(told(failed), ['a.test renewed', 'lost.test failed 44']);
    assert.deepEqual(allFiles(join(bench.authority, 'orders')), []);
    await pebble.setDns('clear-servfail', { host: 'lost.test' });
    const next = await bench.run(['--renew', '--id', 'site', '--force']);
    assertExit(next, 0);
    assert.deepEqual(told(next), ['a.test renewed', 'lost.test renewed']);
  });

  await t.test('killed in the middle: the next run finishes what was begun', { skip }, async (t) => {
    const bench = await createWorkbench(t, pebble);
    for (const timeoutMs of [350, 550, 800]) {
      await bench.create(hosts.join(), ['--order', 'host', '--id', 'site'], { timeoutMs });
      letTemporaryFilesAge(bench.state);
      const next = await bench.create(hosts.join(), ['--order', 'host', '--id', 'site']);
      assertExit(next, 0);
      for (const host of hosts) assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, host)), [host]);
      assert.deepEqual(allFiles(join(bench.authority, 'orders')), []);
      assertExit(await bench.run(['--cancel', '--id', 'site']), 0);
    }
  });
});

/** Leftovers of a kill are removed when no other run can be writing them any more. */
function letTemporaryFilesAge(state: string): void {
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  for (const path of allFiles(state).filter((name) => name.endsWith('.tmp'))) utimesSync(path, longAgo, longAgo);
}
