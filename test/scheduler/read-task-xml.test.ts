import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readTaskXml } from '../../src/scheduler/read-task-xml.ts';
import { taskNamespace, taskXml } from '../../src/scheduler/task-xml.ts';
import { definition } from './samples.ts';

const bare = `<Task version="1.2" xmlns="${taskNamespace}"><Actions><Exec><Command>x.exe</Command></Exec></Actions></Task>`;

suite('reading a registered task', () => {
  test('gives the values that were written', async () => {
    assert.deepEqual(await readTaskXml(taskXml({ ...definition, repetitionSeconds: 21_600 })), {
      command: definition.command,
      arguments: definition.arguments,
      workingDirectory: definition.workingDirectory,
      actionKinds: ['Exec'],
      triggerKinds: ['CalendarTrigger/ScheduleByDay'],
      daily: {
        triggerEnabled: true,
        startTime: '09:00:00',
        startDate: '2024-01-01',
        endBoundary: undefined,
        intervalDays: 1,
        randomDelaySeconds: 14_400,
        repetitionSeconds: 21_600,
        repetitionDurationSeconds: 86_400,
      },
      executionTimeLimitSeconds: 7_200,
      userId: 'S-1-5-18',
      groupId: '',
      logonType: '',
      runLevel: 'HighestAvailable',
      enabled: true,
      startWhenAvailable: true,
      multipleInstancesPolicy: 'IgnoreNew',
      disallowStartIfOnBatteries: false,
      stopIfGoingOnBatteries: false,
      runOnlyIfNetworkAvailable: false,
      runOnlyIfIdle: false,
    });
  });

  test('fills in the defaults of the schema', async () => {
    const task = await readTaskXml(bare);
    assert.deepEqual(
      { ...task, command: undefined },
      {
        command: undefined,
        arguments: '',
        workingDirectory: '',
        actionKinds: ['Exec'],
        triggerKinds: [],
        daily: undefined,
        executionTimeLimitSeconds: 72 * 3600,
        userId: '',
        groupId: '',
        logonType: '',
        runLevel: 'LeastPrivilege',
        enabled: true,
        startWhenAvailable: false,
        multipleInstancesPolicy: 'IgnoreNew',
        disallowStartIfOnBatteries: true,
        stopIfGoingOnBatteries: true,
        runOnlyIfNetworkAvailable: false,
        runOnlyIfIdle: false,
      },
    );
  });

  const variants = {
    'a Tasks root': `<Tasks><!-- \\x -->${bare}</Tasks>`,
    'a Tasks root that carries the namespace': `<Tasks xmlns="${taskNamespace}">${bare.replace(/ xmlns="[^"]*"/, '')}</Tasks>`,
    'text before and after': `Ordner: \\\r\n<?xml version="1.0" encoding="UTF-16"?>\r\n${bare}\r\n\r\n\u0000`,
    'a byte order mark': `\ufeff${bare}`,
    'a comment and a processing instruction': `<?xml version="1.0"?><!-- a --><?b c?>${bare}`,
  };
  for (const [name, text] of Object.entries(variants)) {
    test(`accepts ${name}`, async () => assert.equal((await readTaskXml(text)).command, 'x.exe'));
  }

  test('resolves entities, character references and CDATA', async () => {
    const text = bare.replace('x.exe', 'C:\\R&amp;D\\&#233;&#x20ac;&lt;&amp;lt;<![CDATA[&amp;]]>.exe');
    assert.equal((await readTaskXml(text)).command, 'C:\\R&D\\é€<&lt;&amp;.exe');
  });

  test('keeps numbers, blanks and words as text', async () => {
    for (const value of ['007', '0x10', '1e3', 'true', 'a  b']) {
      const text = bare.replace('</Command>', `</Command><Arguments> ${value} </Arguments>`);
      assert.equal((await readTaskXml(text)).arguments, value);
    }
  });

  test('prefers the enabled one of several daily triggers, and names all kinds', async () => {
    const trigger = (hour: string, enabled: string) =>
      `<CalendarTrigger><StartBoundary>2024-05-06T${hour}:00:00.1234567</StartBoundary><Enabled>${enabled}</Enabled><ScheduleByDay/></CalendarTrigger>`;
    const weekly =
      '<CalendarTrigger><StartBoundary>2024-05-06T01:00:00</StartBoundary><ScheduleByWeek/></CalendarTrigger>';
    const triggers = `<Triggers><BootTrigger/>${weekly}${trigger('07', 'false')}${trigger('08', '1')}</Triggers>`;
    const task = await readTaskXml(bare.replace('<Actions>', `${triggers}<Actions>`));
    assert.deepEqual(task.triggerKinds, [
      'BootTrigger',
      'CalendarTrigger/ScheduleByWeek',
      'CalendarTrigger/ScheduleByDay',
      'CalendarTrigger/ScheduleByDay',
    ]);
    assert.equal(task.daily?.startTime, '08:00:00');
    assert.equal(task.daily?.intervalDays, 1);
    assert.equal(task.daily?.randomDelaySeconds, 0);
  });

  const refused = {
    nothing: '',
    'words only': 'FEHLER: Zugriff verweigert',
    'a document of another namespace': bare.replace(taskNamespace, 'urn:other'),
    'a document without namespace': bare.replace(/ xmlns="[^"]*"/, ''),
    'an empty Tasks root': '<Tasks></Tasks>',
    'several tasks': `<Tasks>${bare}${bare}</Tasks>`,
    'several documents': `${bare}\r\n${bare}`,
    'half a document': bare.slice(0, -20),
    'crossed tags': bare.replace('</Exec></Actions>', '</Actions></Exec>'),
    'a document type': `<?xml version="1.0"?><!DOCTYPE Task [<!ENTITY a "x">]>${bare}`,
    'deep nesting': `<Task>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</Task>`,
  };
  for (const [name, text] of Object.entries(refused)) {
    test(`refuses ${name}`, async () => {
      await assert.rejects(readTaskXml(text), { name: 'WacsError', code: 'TaskVerificationFailed' });
    });
  }

  test('does not expand a billion laughs', async () => {
    const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const bomb = `<?xml version="1.0"?><!DOCTYPE Task [<!ENTITY l0 "lol">${levels}]>${bare.replace('x.exe', '&l9;')}`;
    await assert.rejects(readTaskXml(bomb), /document type/);
  });
});
