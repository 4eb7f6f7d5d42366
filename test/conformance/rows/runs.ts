import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createScript } from '../../pebble/scripts.ts';
import { assertExit, forgetAccount, namesIn } from '../../pebble/workbench.ts';
import { freePorts } from '../../support/pebble/free-ports.ts';
import type { Pebble } from '../../support/pebble/pebble.ts';
import type { Row, RowTools } from '../row.ts';

/** Row 7. */
export const noncesAndReuse: Row = {
  number: 7,
  title: 'nonces refused at 20 and 50 %; authorizations reused at 0, 50 and 100 %; validation that takes its time',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    for (const [reject, reuse] of [
      [20, 0],
      [50, 50],
      [50, 100],
    ] as const) {
      const pebble = await start({ nonceReject: reject, authzReuse: reuse });
      const bench = await machine(pebble);
      assertExit(await bench.create('a.test,b.test,c.test', ['--id', 'site']), 0);
      assertExit(await bench.run(['--renew', '--force']), 0);
      assert.equal(pebble.requestCount('newNonce'), 2, 'one newNonce request a run');
      await pebble.stop();
    }
    const slow = await start({ vaNoSleep: false });
    assertExit(await (await machine(slow)).create('slow.test'), 0);
  },
};

/** Row 10. */
export const blockedName: Row = {
  number: 10,
  title: 'a blocked name in an order of three; the other renewals go on',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start({ domainBlocklist: ['blocked.test'] });
    const bench = await machine(pebble);
    assertExit(await bench.create('good.test', ['--id', 'good']), 0);
    assertExit(await bench.create('a.test,b.test,c.test', ['--id', 'bad']), 0);
    bench.editRenewal('bad', (renewal) => {
      const source = renewal.plan.source as { hosts: string[] };
      source.hosts = ['a.test', 'blocked.test', 'c.test'];
    });
    const run = await bench.run(['--renew', '--force']);
    assertExit(run, 46);
    assert.match(run.output, /blocked\.test/);
    const results = run.report?.renewals.map(({ id, result }) => [id, result]).sort();
    assert.deepEqual(results, [
      ['bad', 'failed'],
      ['good', 'renewed'],
    ]);
  },
};

/** Row 11. */
export const failedChallenge: Row = {
  number: 11,
  title: 'a failed challenge: its exit code, no order left behind, the next run tries again',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    const [elsewhere] = await freePorts(1);
    assertExit(await bench.create('a.test', ['--id', 'site']), 0);
    forgetAccount(bench);
    const wrong = ['--validation', 'selfhosting', '--validationport', String(elsewhere)];
    assertExit(await bench.create('a.test', ['--id', 'site', '--force', ...wrong]), 44);
    assert.deepEqual(namesIn(join(bench.authority, 'orders')), []);
    assertExit(await bench.create('a.test', ['--id', 'site', '--force']), 0);
    assert.equal(bench.readRenewal('site').state.failures, undefined);
  },
};

/** Row 12. */
export const dueAndDeployment: Row = {
  number: 12,
  title: 'not due: 0; due: issued; a script that fails: 53, repeated by the next run without an order',
  place: 'Pebble',
  async run({ t, pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    const script = createScript(bench.folder);
    t.after(script.release);
    const installation = ['--installation', 'script', '--script', script.path];
    assertExit(await bench.create('a.test', ['--id', 'site', ...installation]), 0);
    assertExit(await bench.run(['--renew']), 0);
    assertExit(await bench.run(['--renew', '--detailedexitcode']), 15);
    makeDue(bench);
    script.failWith(3);
    assertExit(await bench.run(['--renew']), 53);
    const issued = bench.readPem('a.test', 'crt');
    script.succeed();
    const repeated = await bench.run(['--renew']);
    assertExit(repeated, 0);
    assert.equal(repeated.report?.renewals[0]?.result, 'deployedOnly');
    assert.equal(bench.readPem('a.test', 'crt'), issued);
  },
};

/** Row 13. */
export const interruptions: Row = {
  number: 13,
  title: 'two processes at once; killed after newOrder, after finalize, between the files',
  place: 'both',
  async run(tools) {
    await twoAtOnce(tools);
    for (const kind of ['newOrder', 'finalize', 'certificate'] as const) await killedAfter(kind, tools);
  },
};

/** Row 14. */
export const shortLifetime: Row = {
  number: 14,
  title: 'certificates of 160 hours, and of seconds: due in the middle of their life',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const profiles = {
      shortlived: { description: '160 hours', validityPeriod: 160 * 3600 },
      brief: { description: 'twelve seconds', validityPeriod: 12 },
    };
    const pebble = await start({ profiles });
    const bench = await machine(pebble);
    const run = await bench.create('a.test', ['--id', 'short', '--profile', 'shortlived']);
    assertExit(run, 0);
    const { notBefore = '', notAfter = '' } = bench.readRenewal('short').state.certificate ?? {};
    const age = Date.parse(run.report?.renewals[0]?.nextDue ?? '') - Date.parse(notBefore);
    const part = age / (Date.parse(notAfter) - Date.parse(notBefore));
    assert.ok(part > 0.4 && part < 0.8, `due after ${part} of its life`);
    assertExit(await bench.create('b.test', ['--id', 'brief', '--profile', 'brief']), 0);
    await sleep(9_500);
    const renewed = await bench.run(['--renew']);
    assertExit(renewed, 0);
    const results = Object.fromEntries((renewed.report?.renewals ?? []).map(({ id, result }) => [id, result]));
    assert.deepEqual(results, { short: 'notDue', brief: 'renewed' });
  },
};

type Machine = Awaited<ReturnType<RowTools['machine']>>;

/** Moves the certificate's life into the past, as time would. */
function makeDue(bench: Machine): void {
  const day = 86_400_000;
  bench.editRenewal('site', ({ state }) => {
    Object.assign(state.certificate ?? {}, {
      notBefore: new Date(Date.now() - 80 * day).toISOString(),
      notAfter: new Date(Date.now() + 2 * day).toISOString(),
    });
    Object.assign(state, { renewalInfo: undefined });
  });
}

async function twoAtOnce({ t, pebble: start, machine }: RowTools): Promise<void> {
  const pebble: Pebble = await start();
  const bench = await machine(pebble);
  const script = createScript(bench.folder);
  t.after(script.release);
  const installation = ['--installation', 'script', '--script', script.path];
  assertExit(await bench.create('a.test', ['--id', 'site', ...installation]), 0);
  await script.started();
  script.hold();
  const first = bench.run(['--renew', '--force']);
  await script.started();
  assertExit(await bench.run(['--renew', '--waitforlock', '0']), 23);
  script.release();
  assertExit(await first, 0);
  assertExit(await bench.run(['--renew']), 0);
}

/** Killed at the instant when the CA has done its part and nobody has been told. */
async function killedAfter(kind: 'newOrder' | 'finalize' | 'certificate', { faults }: RowTools): Promise<void> {
  const bench = await faults();
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  bench.fake.inject({
    on: kind,
    fault: {
      name: 'kill',
      async apply({ process: work }) {
        await work();
        kill?.('SIGKILL');
      },
    },
  });
  const killed = await bench.create('a.test', ['--verbose'], {
    onOutput(_, send) {
      kill = send;
    },
  });
  assert.equal(killed.signal, 'SIGKILL', killed.output);
  const next = await bench.create('a.test');
  assert.equal(next.exitCode, 0, next.output);
  assert.equal(bench.hasOpenOrder(), false);
  assert.equal(bench.readRenewal().state.certificate?.deployed, true);
}
