import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { installSchtasksDouble } from '../support/schtasks-double/build-double.ts';
import { steerDouble } from '../support/schtasks-double/steer-double.ts';
import { buildNoHandles } from '../support/windows/no-handles/build-no-handles.ts';
import { machineOrSkip, putFile, type WindowsMachine } from '../support/windows/windows-machine.ts';
import { assertExit } from './windows-bench.ts';

const day = 24 * 60 * 60 * 1000;
const authority = 'acme-v02.api.letsencrypt.org';

test('--check of the executable', { timeout: 900_000 }, async (t) => {
  const machine = await machineOrSkip(t, installSchtasksDouble);
  if (machine === undefined) return;
  const check = (...args: readonly string[]) => machine.run(machine.executable, ['--check', ...args]);

  await t.test('without any state it is 3 and makes none', async () => {
    const run = await check();
    assertExit(run, 3);
    assert.match(
      run.stdout,
      /^WACS UNKNOWN: there are no renewals; no run has been recorded yet \| renewals=0[^\n]*\n$/,
    );
    assert.equal(run.stderr, '');
    assert.deepEqual(filesBelow(machine), []);
  });

  await t.test('after a run it tells what it sees, and writes nothing', async () => {
    const first = await machine.run(machine.executable, ['--renew', '--notaskscheduler', '--verbose']);
    assertExit(first, 0);
    assert.doesNotMatch(first.stdout + first.stderr, /--check will need an administrator/);
    await putFile(machine, `${machine.programData}\\wacs\\${authority}\\site.renewal.json`, renewalFile(60));
    const before = filesBelow(machine);
    assert.ok(
      before.some((name) => name.includes('health') && name.endsWith(`${authority}.json`)),
      before.join(),
    );
    const run = await check();
    // No elevation in Wine: a task that is not to be seen may be there all the same.
    assertExit(run, machine.prefix === undefined ? 1 : 0);
    assert.match(run.stdout, /days_left=59\.9;; /);
    assertExit(await check('--notaskscheduler'), 0);
    assert.deepEqual(filesBelow(machine), before);
  });

  await t.test('it sees whether the task is as it should be', async (t) => {
    if (machine.prefix === undefined) return t.skip('would register a task on this machine');
    assertExit(await machine.run(machine.executable, ['--setuptaskscheduler']), 0);
    const healthy = await check();
    assertExit(healthy, 0);
    assert.match(healthy.stdout, / task_healthy=1\n$/);
    const disable = ['/change', '/tn', 'wacs renew (acme-v02.api.letsencrypt.org)', '/disable'];
    assertExit(await machine.run('schtasks.exe', disable), 0);
    const disabled = await check();
    assertExit(disabled, 1);
    assert.match(disabled.stdout, /^WACS WARNING: scheduled task: .*disabled.* task_healthy=0\n$/);
  });

  await t.test('a Task Scheduler that hangs or refuses is unknown, within seconds', async (t) => {
    const { prefix } = machine;
    if (prefix === undefined) return t.skip('needs the double of schtasks.exe');
    for (const settings of [{ hang: 'query' }, { query: '0x80070005' }] as const) {
      await steerDouble(prefix, settings);
      const startedAt = performance.now();
      const run = await check();
      assertExit(run, 0);
      assert.doesNotMatch(run.stdout, /task/);
      assert.ok(performance.now() - startedAt < 15_000);
    }
    await steerDouble(prefix);
  });

  await t.test('a batch file sees its codes, and metrics go to a file', async () => {
    const metrics = `${machine.root}metrics\\wacs.prom`;
    await putFile(machine, `${machine.root}metrics\\keep.txt`, '');
    await putFile(machine, `${machine.root}check.bat`, batch(machine, metrics));
    const run = await machine.run('cmd.exe', ['/d', '/c', `${machine.root}check.bat`]);
    assert.match(
      run.stdout,
      /^WACS OK: .*\r?\ncode 0\r?\nWACS WARNING: .*\r?\ncode 1\r?\nWACS UNKNOWN: .*\r?\ncode 3\r?\n/,
    );
    assert.match(run.stdout, /^wacs_up\{ca="https:\/\/acme-v02\.api\.letsencrypt\.org\/"\} 1\r?$/m);
  });
});

test('the executable without console and standard handles', { timeout: 900_000 }, async (t) => {
  const machine = await machineOrSkip(t);
  const prefix = machine?.prefix;
  if (machine === undefined || prefix === undefined) return machine && t.skip('starts programs in Wine only');
  await prefix.installFile(await buildNoHandles(), 'C:\\no-handles.exe');
  for (const [args, exitCode] of [
    [['--version'], 0],
    [['--renew', '--notaskscheduler', '--verbose'], 0],
    [['--renew', '--id', 'nothing', '--notaskscheduler', '--json'], 24],
    [['--check', '--notaskscheduler'], 3],
    [['--oops'], 2],
  ] as const) {
    await t.test(`${args.join(' ')} ends with ${exitCode}`, async () => {
      assertExit(await machine.run('C:\\no-handles.exe', [machine.executable, ...args]), exitCode);
    });
  }
});

test('redirected output has no BOM, no escape sequences, and does not care for COLUMNS', {
  timeout: 900_000,
}, async (t) => {
  const machine = await machineOrSkip(t);
  if (machine === undefined) return;
  const outputs: string[] = [];
  for (const COLUMNS of ['20', '200']) {
    for (const args of [['--help', 'all'], ['--list'], ['--oops'], ['--check']]) {
      const env = { COLUMNS, FORCE_COLOR: '1', TERM: 'xterm-256color' };
      const { stdoutBytes, stderrBytes } = await machine.run(machine.executable, args, { env });
      for (const bytes of [stdoutBytes, stderrBytes]) assert.match(bytes.toString('latin1'), /^[\n\r\x20-\x7e]*$/);
      outputs.push(`${COLUMNS}: ${Buffer.concat([stdoutBytes, stderrBytes])}`);
    }
  }
  const [narrow, wide] = ['20: ', '200: '].map((start) =>
    outputs.filter((text) => text.startsWith(start)).map((text) => text.slice(start.length)),
  );
  assert.deepEqual(narrow, wide);
});

function filesBelow(machine: WindowsMachine): string[] {
  try {
    const state = machine.hostPath(`${machine.programData}\\wacs`);
    return readdirSync(state, { recursive: true, encoding: 'utf8' }).sort();
  } catch {
    return [];
  }
}

function batch({ executable }: WindowsMachine, metrics: string): string {
  const run = (args: string): string => `"${executable}" --check ${args}\necho code %errorlevel%\n`;
  return [
    '@echo off\n',
    run(`--notaskscheduler --format prometheus --output "${metrics}"`),
    run('--notaskscheduler --warning 80'),
    run('--wraning 80'),
    `type "${metrics}"\n`,
  ].join('');
}

function renewalFile(daysLeft: number): string {
  const now = Date.now();
  return JSON.stringify({
    schemaVersion: 1,
    id: 'site',
    friendlyName: 'Site',
    plan: {
      source: { plugin: 'manual', host: ['site.test'] },
      validation: { plugin: 'selfhosting' },
      order: { plugin: 'single' },
      csr: { plugin: 'ec' },
      store: [{ plugin: 'pemfiles' }],
      installation: [{ plugin: 'none' }],
    },
    state: {
      certificate: {
        thumbprint: 'AA',
        identifiers: [{ type: 'dns', value: 'site.test' }],
        notBefore: new Date(now - (90 - daysLeft) * day),
        notAfter: new Date(now + daysLeft * day),
        planKey: 'x',
        deployed: true,
      },
    },
    history: [],
  });
}
