import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { test } from 'node:test';
import type { DoubleSettings } from '../support/schtasks-double/steer-double.ts';
import { task, taskBenchOrSkip } from './task-bench.ts';

type Case = readonly [name: string, settings: DoubleSettings, code: number, shown: RegExp];

/** What schtasks does; what `%errorlevel%` says in a batch file; what is on the screen. The old task stays as it was. */
const failures: readonly Case[] = [
  [
    'access is denied',
    { create: '0x80070005' },
    31,
    /0x80070005 E_ACCESSDENIED.*\[31 TaskAccessDenied\][\s\S]*elevated/,
  ],
  ['access is denied, in German', { create: '0x80070005', language: 'de' }, 31, /\[31 TaskAccessDenied\]/],
  ['the old task may not be read', { query: '0x80070005' }, 31, /cannot read .*\[31 TaskAccessDenied\]/],
  ['the service is stopped', { create: '0x80041315' }, 32, /SERVICE_NOT_RUNNING.*\[32 TaskSch[\s\S]*sc start Schedule/],
  ['the service is disabled', { create: '0x80070422' }, 32, /SERVICE_DISABLED.*\[32 [\s\S]*sc config Schedule/],
  [
    'a value of the XML is refused',
    { create: '0x80041318' },
    33,
    /SCHED_E_INVALIDVALUE.*\[33 TaskDefinitionRejected\]/,
  ],
  ['the XML is malformed', { create: '0x8004131A', language: 'zh' }, 33, /SCHED_E_MALFORMEDXML.*\[33 /],
  ['an argument is refused', { create: '0x80070057' }, 33, /E_INVALIDARG.*\[33 /],
  ['the account is unknown', { create: '0x80070534' }, 34, /ERROR_NONE_MAPPED.*\[34 TaskAccountError\]/],
  ['the password is wrong', { create: '0x8007052E' }, 34, /ERROR_LOGON_FAILURE.*\[34 /],
  [
    'a listed cause of no class of its own',
    { create: '0x80041330' },
    30,
    /DEPRECATED_FEATURE_USED.*\[30 TaskSchedulerError\]/,
  ],
  ['an unknown HRESULT', { create: '0x8004BEEF' }, 30, /unknown code 0x8004BEEF.*\[30 /],
  ['schtasks crashes', { crash: 'create' }, 30, /crashed.*0xC0000005.*\[30 /],
  [
    'it says success and does nothing',
    { lie: 'create' },
    35,
    /the old task is still there: .*\[35 TaskVerificationFailed\]/,
  ],
  ['schtasks hangs', { hang: 'create' }, 38, /did not end within 3 seconds \[38 TaskSchedulerTimeout\]/],
  ['reading back hangs', { hang: 'query' }, 38, /cannot read .* within 3 seconds \[38 /],
];

/** Here the registration has taken place, and reading back shows something else. */
const lies: readonly Case[] = [
  ['another program', { lie: 'changed' }, 35, /it starts "C:\\elsewhere\\other\.exe" instead of .*\[35 /],
  ['a disabled task', { lie: 'disabled' }, 35, /it is disabled.*\[35 /],
  ['noise', { garbage: 'query' }, 35, /cannot read the task.*\[35 /],
  ['nothing', { empty: 'query' }, 35, /there is no task document.*\[35 /],
];

test('registering the task by the executable', { timeout: 900_000 }, async (t) => {
  const bench = await taskBenchOrSkip(t);
  if (bench === undefined) return;
  bench.writeSettings({ ScheduledTask: { CommandTimeout: 3 } });

  await t.test('a task that is not there after success is found out', async () => {
    await bench.steer({ lie: 'create' });
    const { code, output } = await bench.errorLevel('--setuptaskscheduler');
    assert.equal(code, 35, output);
    assert.match(output, /there is no such task \[35 /);
    assert.equal(await bench.stored(), undefined);
  });

  await t.test('without trouble it ends with 0', async () => {
    await bench.steer();
    const { code, output } = await bench.errorLevel('--setuptaskscheduler');
    assert.equal(code, 0, output);
    assert.match(output, /created and verified/);
    assert.match(await bench.storedText(), /<Command>C:\\Program Files\\wacs\\wacs\.exe<\/Command>/);
  });

  // One thing to repair, so that a registration that takes place cannot be overlooked.
  const old = (await bench.storedText()).replace('PT2H', 'PT1H');
  for (const [name, settings, expected, shown] of failures) {
    await t.test(`${expected}: ${name}; the old task stays byte for byte`, async () => {
      bench.store(old);
      const before = await bench.stored();
      await bench.steer(settings);
      const { code, output } = await bench.errorLevel('--setuptaskscheduler');
      assert.equal(code, expected, output);
      assert.match(output, shown);
      assert.doesNotMatch(output, /^\s+at /m);
      assert.deepEqual(await bench.stored(), before);
      if (expected === 38) assert.doesNotMatch((await bench.machine.run('tasklist.exe')).stdout, /schtasks/i);
    });
  }

  for (const [name, settings, expected, shown] of lies) {
    await t.test(`${expected}: ${name} is read back`, async () => {
      bench.store(old);
      await bench.steer(settings);
      const { code, output } = await bench.errorLevel('--setuptaskscheduler');
      assert.equal(code, expected, output);
      assert.match(output, shown);
    });
  }

  await t.test('32: schtasks.exe is not there', async () => {
    const file = bench.machine.hostPath('C:\\windows\\system32\\schtasks.exe');
    renameSync(file, `${file}.away`);
    try {
      const { code, output } = await bench.errorLevel('--setuptaskscheduler');
      assert.equal(code, 32, output);
      assert.match(output, /cannot be started/);
    } finally {
      renameSync(`${file}.away`, file);
    }
  });

  await t.test('a service that is busy for a moment is asked again', async () => {
    for (const create of ['0x80041323', '0x800706BA']) {
      await bench.steer({ create, createtimes: 2 });
      const { code, output } = await bench.errorLevel('--setuptaskscheduler');
      assert.equal(code, 0, output);
      assert.equal((await bench.calls()).filter((line) => line.includes('/Create')).length, 3);
    }
  });

  await t.test('a success with a warning is a success, and warns', async () => {
    await bench.steer({ create: '0x0004131B' });
    const { code, output } = await bench.errorLevel('--setuptaskscheduler');
    assert.equal(code, 0, output);
    assert.match(output, /warning: .*SCHED_S_SOME_TRIGGERS_FAILED/);
  });

  for (const language of ['en', 'de', 'zh']) {
    for (const queryencoding of ['utf16le-bom', 'utf16le', 'utf8', 'oem']) {
      await t.test(`the task is read back in ${queryencoding} on a console in ${language}`, async () => {
        await bench.steer({ language, queryencoding, wrap: 'tasks' });
        const { code, output } = await bench.errorLevel('--setuptaskscheduler');
        assert.equal(code, 0, output);
      });
    }
  }

  await t.test('a task of somebody else is replaced by force only', async () => {
    await bench.steer();
    const foreign = old.replace(/<Command>[^<]*/, '<Command>C:\\Tools\\backup.exe');
    bench.store(foreign);
    const refused = await bench.errorLevel('--setuptaskscheduler');
    assert.equal(refused.code, 37, refused.output);
    assert.match(refused.output, /starts "C:\\Tools\\backup\.exe" and is not ours to replace \[37 TaskUnhealthy\]/);
    assert.match(await bench.storedText(), /backup\.exe/);
    const forced = await bench.errorLevel('--setuptaskscheduler --force');
    assert.equal(forced.code, 0, forced.output);
    assert.doesNotMatch(await bench.storedText(), /backup\.exe/);
  });

  await t.test('nothing is ever deleted but by --removetaskscheduler', async () => {
    await bench.steer();
    const removed = await bench.run(['--removetaskscheduler']);
    assert.equal(removed.exitCode, 0, removed.output);
    assert.deepEqual(
      (await bench.calls()).filter((line) => line.includes('/Delete')),
      [`C:\\windows\\System32\\schtasks.exe /Delete /TN "${task}" /F /HRESULT`],
    );
    assert.equal(await bench.stored(), undefined);
  });
});
