import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskDefinition } from '../../src/core/task.ts';
import { commandPath, compareTask } from '../../src/scheduler/compare-task.ts';
import { readTaskXml } from '../../src/scheduler/read-task-xml.ts';
import { taskXml } from '../../src/scheduler/task-xml.ts';
import { definition } from './samples.ts';

type Change = readonly [from: string | RegExp, to: string];

async function problems(changes: readonly Change[], wished: TaskDefinition = definition): Promise<readonly string[]> {
  const xml = changes.reduce((text, [from, to]) => {
    const changed = text.replace(from, to);
    assert.notEqual(changed, text, `the change of ${from} must change something`);
    return changed;
  }, taskXml(wished));
  return compareTask(wished, await readTaskXml(xml), {
    environment: new Map([['systemdrive', 'C:']]),
    now: new Date('2026-03-01T12:00:00Z'),
  });
}

suite('comparing tasks', () => {
  test('finds nothing in the task as wished', async () => assert.deepEqual(await problems([]), []));

  const harmless: Readonly<Record<string, readonly Change[]>> = {
    'quotes around the command': [[/<Command>(.*)<\/Command>/, '<Command>"$1"</Command>']],
    'other letter case of paths': [[/C:\\Program Files\\wacs/g, 'c:\\PROGRAM FILES\\WACS']],
    'a known variable': [[/<Command>C:/, '<Command>%SystemDrive%']],
    'a trailing backslash of the folder': [['wacs</WorkingDirectory>', 'wacs\\</WorkingDirectory>']],
    'blanks around the arguments': [['<Arguments>', '<Arguments>  ']],
    '--verbose': [['</Arguments>', ' --verbose</Arguments>']],
    'the same delay in other words': [['<RandomDelay>PT4H<', '<RandomDelay>PT240M<']],
    'another date': [['2024-01-01T', '2025-06-07T']],
    'SYSTEM by name': [['S-1-5-18', 'SYSTEM']],
    'SYSTEM by full name': [['S-1-5-18', 'NT AUTHORITY\\System']],
    'one more trigger': [['</CalendarTrigger>', '</CalendarTrigger><BootTrigger/>']],
    'another description': [['Check for renewal', 'Hands off']],
    'other idle settings': [['<StopOnIdleEnd>false', '<StopOnIdleEnd>true']],
    'true written as 1': [['<StartWhenAvailable>true', '<StartWhenAvailable>1']],
  };
  for (const [name, changes] of Object.entries(harmless)) {
    test(`accepts ${name}`, async () => assert.deepEqual(await problems(changes), []));
  }

  const harmful: Readonly<Record<string, readonly [changes: readonly Change[], problem: RegExp]>> = {
    'another program': [
      [[/wacs\.exe<\/Command>/, 'evil.exe</Command>']],
      /^it starts "C:.*evil\.exe" instead of "C:.*wacs\.exe"$/,
    ],
    'an unknown variable': [[[/<Command>C:/, '<Command>%OtherDrive%']], /^it starts/],
    'other arguments': [[['--renew', '--renew --force']], /^its arguments are/],
    'another folder': [[['wacs</WorkingDirectory>', 'other</WorkingDirectory>']], /^its working directory is/],
    'one more action': [[['</Exec>', '</Exec><Exec><Command>x</Command></Exec>']], /nothing else.*Exec, Exec$/],
    'no action': [[[/<Exec>[\s\S]*<\/Exec>/, '']], /actions are: none$/],
    'another kind of action': [[[/<Exec>[\s\S]*<\/Exec>/, '<ComHandler/>']], /ComHandler$/],
    'no trigger': [[[/<CalendarTrigger>[\s\S]*<\/CalendarTrigger>/, '']], /no daily trigger, but: none at all$/],
    'a weekly trigger': [[[/<ScheduleByDay>[\s\S]*<\/ScheduleByDay>/, '<ScheduleByWeek/>']], /ScheduleByWeek$/],
    'a disabled trigger': [
      [['<Enabled>true</Enabled>\n      <RandomDelay>', '<Enabled>false</Enabled><RandomDelay>']],
      /^its daily trigger is disabled$/,
    ],
    'another start time': [[['T09:00:00', 'T10:30:00']], /^its start time is "10:30:00" instead of "09:00:00"$/],
    'a start time of another zone': [[['T09:00:00', 'T09:00:00Z']], /^its start time is/],
    'a start in the future': [[['2024-01-01T', '2026-03-04T']], /^it does not start before 2026-03-04$/],
    'every third day': [[['<DaysInterval>1', '<DaysInterval>3']], /^it runs every 3 days instead of every day$/],
    'another delay': [[['<RandomDelay>PT4H', '<RandomDelay>PT1H']], /"3600 seconds" instead of "14400 seconds"$/],
    'an unreadable delay': [[['<RandomDelay>PT4H', '<RandomDelay>4h']], /unreadable/],
    'an end': [
      [['</StartBoundary>', '</StartBoundary><EndBoundary>2024-02-01T00:00:00</EndBoundary>']],
      /ends on 2024-02-01T00:00:00$/,
    ],
    'another account': [[['S-1-5-18', 'S-1-5-21-1-2-3-500']], /^it runs as "S-1-5-21-1-2-3-500" instead of SYSTEM$/],
    'no account': [[['<UserId>S-1-5-18</UserId>', '']], /^it runs as "nobody"/],
    'a group': [[['<UserId>S-1-5-18</UserId>', '<GroupId>S-1-5-32-545</GroupId>']], /^it runs as "S-1-5-32-545"/],
    'a lower run level': [[['HighestAvailable', 'LeastPrivilege']], /^its run level is "LeastPrivilege"/],
    'a disabled task': [
      [[/<Enabled>true<\/Enabled>\n {4}<Hidden>/, '<Enabled>false</Enabled><Hidden>']],
      /^it is disabled$/,
    ],
    'another limit': [[['<ExecutionTimeLimit>PT2H', '<ExecutionTimeLimit>PT1M']], /^its execution time limit is/],
    'missed starts left out': [[['<StartWhenAvailable>true', '<StartWhenAvailable>false']], /missed starts/],
    'another instance policy': [[['IgnoreNew', 'StopExisting']], /^its policy for a second instance is "StopExisting"/],
    'no start on batteries': [
      [['<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>', '']],
      /does not start on battery/,
    ],
    'a stop on batteries': [[['<StopIfGoingOnBatteries>false', '<StopIfGoingOnBatteries>true']], /is stopped when/],
    'a network condition': [[['<RunOnlyIfNetworkAvailable>false', '<RunOnlyIfNetworkAvailable>true']], /network/],
    'an idle condition': [[['<RunOnlyIfIdle>false', '<RunOnlyIfIdle>true']], /idle/],
  };
  for (const [name, [changes, problem]] of Object.entries(harmful)) {
    test(`reports ${name}`, async () => {
      const found = await problems(changes);
      assert.equal(found.length, 1, found.join('; '));
      assert.match(found[0] ?? '', problem);
    });
  }

  test('wants the repetition that is wished, for the whole day', async () => {
    const wished = { ...definition, repetitionSeconds: 21_600 };
    assert.deepEqual(await problems([], wished), []);
    assert.deepEqual(await problems([['<Interval>PT6H', '<Interval>PT360M']], wished), []);
    assert.deepEqual(await problems([['<Duration>P1D</Duration>', '']], wished), []);
    assert.match(
      (await problems([[/<Repetition>[\s\S]*<\/Repetition>/, '']], wished)).join(),
      /once a day instead of every 21600/,
    );
    assert.match((await problems([['<Interval>PT6H', '<Interval>PT12H']], wished)).join(), /^it repeats after/);
    assert.match(
      (await problems([['<Duration>P1D', '<Duration>PT12H']], wished)).join(),
      /^it stops repeating after 43200/,
    );
  });

  test('wants no repetition when once a day is enough', async () => {
    const repeats: Change = ['<StartBoundary>', '<Repetition><Interval>PT6H</Interval></Repetition><StartBoundary>'];
    assert.deepEqual(await problems([repeats]), ['it runs every 21600 seconds instead of once a day']);
  });

  test('reads the path of a command', () => {
    assert.equal(
      commandPath(' "%SystemRoot%\\x y.exe" ', new Map([['systemroot', 'C:\\Windows']])),
      'C:\\Windows\\x y.exe',
    );
    assert.equal(commandPath('%Other%\\100%.exe'), '%Other%\\100%.exe');
  });
});
