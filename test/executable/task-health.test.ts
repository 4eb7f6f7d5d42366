import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertCode, task, taskBenchOrSkip } from './task-bench.ts';

const hourMs = 3_600_000;

test('health of the task, as the executable sees it', { timeout: 900_000 }, async (t) => {
  const bench = await taskBenchOrSkip(t);
  if (bench === undefined) return;
  const check = () => bench.errorLevel('--checktaskscheduler');
  const renew = (...args: string[]) => bench.run(['--renew', ...args]);

  await t.test('--renew without renewals makes no task, and does not even ask', async () => {
    await bench.steer();
    assertCode(await renew(), 0);
    assert.deepEqual(await bench.calls(), []);
  });

  const renewal = bench.addRenewal();
  const untouched = readFileSync(renewal);

  await t.test('36: there is none', async () => {
    await bench.steer();
    const { code, output } = await check();
    assert.equal(code, 36, output);
    assert.match(output, /there is no scheduled task .*\[36 TaskMissing\][\s\S]*--setuptaskscheduler/);
  });

  await t.test('36: --renew may not create it; certificates are kept, the report has the cause', async () => {
    await bench.steer({ create: '0x80070005' });
    const report = await bench.report(['--renew']);
    assert.equal(report.exitCode, 36);
    assert.deepEqual(
      [report.task?.state, report.task?.error?.code, report.task?.error?.hresult],
      ['missing', 31, '0x80070005'],
    );
    assert.equal(report.renewals[0]?.result, 'notDue');
    assert.deepEqual(readFileSync(renewal), untouched);
  });

  await t.test('a repair that fails otherwise ends with its own code', async () => {
    for (const [settings, code] of [
      [{ create: '0x80041318' }, 33],
      [{ create: '0x80070534' }, 34],
      [{ lie: 'create' }, 35],
      [{ query: '0x80041315' }, 32],
    ] as const) {
      await bench.steer(settings);
      assertCode(await renew(), code);
    }
    assert.equal(await bench.stored(), undefined);
  });

  await t.test('--notaskscheduler leaves it alone', async () => {
    await bench.steer({ create: '0x80070005' });
    assertCode(await renew('--notaskscheduler'), 0);
    assert.deepEqual(await bench.calls(), []);
  });

  await t.test('--renew creates a missing one', async () => {
    await bench.steer();
    const run = await renew();
    assertCode(run, 0);
    assert.match(run.output, /registered: daily at 09:00:00/);
    const checked = await check();
    assert.equal(checked.code, 0, checked.output);
    assert.match(checked.output, /is as it should be[\s\S]*last run: --renew ended on .* with exit code 0 \(Success\)/);
  });

  const good = await bench.storedText();

  const damages: Readonly<Record<string, readonly [from: string | RegExp, to: string, shown: RegExp]>> = {
    'it is disabled': [/<Enabled>true<\/Enabled>(\s*<Hidden>)/, '<Enabled>false</Enabled>$1', /it is disabled/],
    'it starts something else of ours': ['wacs\\wacs.exe<', 'old\\wacs.exe<', /it starts .*problems|2 problems/],
    'its arguments were changed': ['--renew ', '--renew --test ', /its arguments are/],
    'it ends too early': ['PT2H', 'PT1M', /execution time limit/],
    'it waits for mains power': ['<StopIfGoingOnBatteries>false', '<StopIfGoingOnBatteries>true', /UPS/],
    'it starts in 2099': ['2024-01-01', '2099-01-01', /does not start before 2099-01-01/],
    'it is unreadable': [/<Actions[\s\S]*$/, '', /cannot read the task/],
  };
  for (const [name, [from, to, shown]] of Object.entries(damages)) {
    await t.test(`37: ${name}; --renew repairs that`, async () => {
      await bench.steer();
      const damaged = good.replace(from, to);
      assert.notEqual(damaged, good);
      bench.store(damaged);
      const { code, output } = await check();
      assert.equal(code, 37, output);
      assert.match(output, shown);
      await bench.steer({ create: '0x80070005' });
      assertCode(await renew(), 37);
      await bench.steer();
      assertCode(await renew(), 0);
      assert.equal(await bench.storedText(), good);
    });
  }

  await t.test("an administrator's start time, delay and account stay; force resets them", async () => {
    await bench.steer();
    const own = good
      .replace('T09:00:00', 'T03:15:00')
      .replace('<RandomDelay>PT4H', '<RandomDelay>PT10M')
      .replace('<UserId>S-1-5-18</UserId>', '<UserId>S-1-5-20</UserId>');
    bench.store(own);
    const checked = await bench.report(['--checktaskscheduler']);
    assert.deepEqual([checked.exitCode, checked.task?.state, checked.task?.notes?.length], [0, 'healthy', 3]);
    bench.store(own.replace('PT2H', 'PT1H'));
    const repaired = await renew();
    assertCode(repaired, 0);
    assert.match(repaired.output, /its own start time "03:15:00" is kept/);
    assert.equal(await bench.storedText(), own);
    assertCode(await bench.run(['--setuptaskscheduler', '--force']), 0);
    assert.equal(await bench.storedText(), good);
  });

  await t.test('37: somebody else has a task of that name', async () => {
    await bench.steer();
    const foreign = good.replace(/<Command>[^<]*/, '<Command>C:\\Tools\\backup.exe');
    bench.store(foreign);
    assertCode(await renew(), 37);
    assert.equal(await bench.storedText(), foreign);
    bench.store(good);
  });

  await t.test('the cadence follows the shortest lifetime, both ways', async () => {
    await bench.steer();
    const content = JSON.parse(untouched.toString('utf8'));
    const moment = (hours: number): string => new Date(Date.now() + hours * hourMs).toISOString();
    Object.assign(content.state.certificate, { notBefore: moment(-1), notAfter: moment(6 * 24) });
    writeFileSync(renewal, JSON.stringify(content));
    const { code, output } = await check();
    assert.equal(code, 37, output);
    assert.match(output, /once a day instead of every 21600 seconds/);
    assertCode(await renew(), 0);
    assert.match(await bench.storedText(), /<Repetition>\s*<Interval>PT6H<\/Interval>/);
    assert.equal((await check()).code, 0);
    writeFileSync(renewal, untouched);
    assert.equal((await check()).code, 37);
    assertCode(await renew(), 0);
    assert.equal(await bench.storedText(), good);
  });

  await t.test("the renewals' failure keeps its code; both are in the report", async () => {
    bench.removeTask();
    await bench.steer({ create: '0x80070005' });
    writeFileSync(renewal, '{');
    const report = await bench.report(['--renew']);
    assert.deepEqual([report.exitCode, report.error?.code, report.task?.error?.code], [20, 20, 31]);
    writeFileSync(renewal, untouched);
  });

  await t.test('the last run is told with its age; a check is no run', async () => {
    await bench.steer();
    const report = await bench.report(['--checktaskscheduler']);
    assert.equal(report.exitCode, 36);
    const { lastRun } = report.task ?? {};
    assert.deepEqual([lastRun?.command, lastRun?.exitCode], ['renew', 20]);
    assert.ok(lastRun !== undefined && lastRun.ageSeconds < 60);
    assert.equal(report.task?.name, task);
  });
});
