import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { assertCode, type TaskBench, taskBenchOrSkip } from './task-bench.ts';

const share = 'C:\\share\\setup.exe';
const installed = 'C:\\Program Files\\wacs\\wacs.exe';

test('installing the executable', { timeout: 900_000 }, async (t) => {
  const bench = await taskBenchOrSkip(t);
  if (bench === undefined) return;
  await bench.steer();
  const { machine, prefix } = bench;
  await prefix.installFile(machine.hostPath(machine.executable), share);
  const remove = (path: string): void => rmSync(machine.hostPath(path), { force: true });

  await t.test('39: ordinary users may write to its folder, to itself, or rename a folder above', async () => {
    for (const [open, shown] of [
      ['C:\\share', /C:\\share: Everyone may write/],
      [share, /C:\\share\\setup\.exe: Everyone may write/],
      ['C:\\', /C:\\: Everyone may/],
    ] as const) {
      const { mode } = statSync(machine.hostPath(open));
      chmodSync(machine.hostPath(open), 0o777);
      const run = await bench.run(['--setuptaskscheduler'], share);
      chmodSync(machine.hostPath(open), mode);
      assertCode(run, 39);
      assert.match(run.output, shown);
      assert.match(run.output, /\[39 TaskPathUnsafe\][\s\S]*wacs --installto "C:\\Program Files\\wacs"/);
    }
    assert.equal(await bench.stored(), undefined);
  });

  await t.test('39: temporary folder, profile and share', async () => {
    for (const folder of ['C:\\windows\\temp', 'C:\\users\\root\\Downloads', 'C:\\users\\root\\AppData\\Local\\Temp']) {
      const path = `${folder}\\wacs.exe`;
      await prefix.installFile(machine.hostPath(share), path);
      const run = await bench.run(['--setuptaskscheduler'], path);
      remove(path);
      assertCode(run, 39);
      assert.match(run.output, /it lies in the (folder for temporary files|profile of a user)/);
    }
    const run = await bench.run(['--installto', '\\\\server\\share\\wacs'], share);
    assertCode(run, 39);
    assert.match(run.output, /is on a network share/);
    assert.equal(await bench.stored(), undefined);
  });

  await t.test('--force does it all the same, with a warning', async () => {
    chmodSync(machine.hostPath('C:\\share'), 0o777);
    const run = await bench.run(['--setuptaskscheduler', '--force'], share);
    assertCode(run, 0);
    assert.match(run.output, /warning: unsafe for a task of SYSTEM: C:\\share: Everyone may write/);
    assert.match(await bench.storedText(), /<Command>C:\\share\\setup\.exe</);
  });

  await t.test('--installto copies it to Program Files and registers the task there', async () => {
    remove(installed);
    const run = await bench.run(['--installto'], share);
    assertCode(run, 0);
    assert.ok(readFileSync(machine.hostPath(installed)).equals(readFileSync(machine.hostPath(share))));
    assert.match(await bench.storedText(), /<Command>C:\\Program Files\\wacs\\wacs\.exe</);
    assertCode(await bench.run(['--checktaskscheduler'], installed), 0);
  });

  await t.test('once more, nothing is copied and nothing registered', async () => {
    await bench.steer();
    const before = statSync(machine.hostPath(installed));
    const run = await bench.run(['--installto'], share);
    assertCode(run, 0);
    assert.match(run.output, /is this very program already/);
    const after = statSync(machine.hostPath(installed));
    assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
    assert.equal(
      (await bench.calls()).some((line) => line.includes('/Create')),
      false,
    );
  });

  await t.test('a task that cannot be registered is a failure; the program stays installed', async () => {
    bench.removeTask();
    await bench.steer({ create: '0x80070005' });
    assertCode(await bench.run(['--installto', 'C:\\Program Files\\other', '--test'], share), 31);
    assert.ok(statSync(machine.hostPath('C:\\Program Files\\other\\wacs.exe')).size > 0);
    assertCode(await bench.run(['--installto', 'C:\\Program Files\\third', '--notaskscheduler'], share), 0);
  });

  await t.test('a folder that other programs use too is not closed', async () => {
    await bench.steer();
    await prefix.writeFile('C:\\shared tools\\other.exe', 'x');
    chmodSync(machine.hostPath('C:\\shared tools'), 0o777);
    const run = await bench.run(['--installto', 'C:\\shared tools'], share);
    assertCode(run, 39);
    assert.equal(statSync(machine.hostPath('C:\\shared tools')).mode & 0o777, 0o777);
  });

  await t.test('upgrades in place while the old program runs', (t) => upgradeWhileRunning(bench, t.name));
});

async function upgradeWhileRunning(bench: TaskBench, name: string): Promise<void> {
  const { machine } = bench;
  bench.writeSettings({ ScheduledTask: { CommandTimeout: 10 } });
  await bench.run(['--installto'], share);
  const upgrade = 'C:\\share\\upgrade.exe';
  copyFileSync(machine.hostPath(share), machine.hostPath(upgrade));
  appendFileSync(machine.hostPath(upgrade), name);
  await bench.steer({ hang: 'query', querytimes: 1 });
  const running = bench.run(['--checktaskscheduler'], installed);
  while ((await bench.calls()).length === 0) await delay(50);
  const run = await bench.run(['--installto'], upgrade);
  assertCode(run, 0);
  assert.match(run.output, /^installed C:\\Program Files\\wacs\\wacs\.exe/m);
  assert.ok(readFileSync(machine.hostPath(installed)).equals(readFileSync(machine.hostPath(upgrade))));
  const moved = readdirSync(machine.hostPath('C:\\Program Files\\wacs')).filter((file) => file !== 'wacs.exe');
  assert.match(moved.join(), /^wacs\.exe\.old-[0-9a-f]{8}$/);
  assertCode(await running, 38);
  assertCode(await bench.run(['--installto'], upgrade), 0);
  assert.deepEqual(readdirSync(machine.hostPath('C:\\Program Files\\wacs')), ['wacs.exe']);
}
