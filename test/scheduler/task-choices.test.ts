import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskDefinition } from '../../src/core/task.ts';
import { encodeTaskXml, taskXml } from '../../src/scheduler/task-xml.ts';
import { schemaProblem } from './fake-schtasks.ts';
import { definition } from './samples.ts';
import { setUp } from './scheduler-under-test.ts';

const user = 'S-1-5-21-1-2-3-1105';
const service: TaskDefinition = {
  ...definition,
  principal: { userId: user, groupId: '', logonType: 'Password', runLevel: 'LeastPrivilege' },
};
/** As an administrator left it, with one thing that has to be repaired. */
const own: TaskDefinition = {
  ...service,
  startTime: '03:30:00',
  randomDelaySeconds: 600,
  executionTimeLimitSeconds: 60,
};

suite("an administrator's own choices", () => {
  test('are no problem, and noted', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.tasks.set(definition.name, taskXml({ ...own, executionTimeLimitSeconds: 7200 }));
    const { state, problems, notes } = await scheduler.check(definition);
    assert.deepEqual({ state, problems }, { state: 'healthy', problems: [] });
    assert.deepEqual(notes, [
      'its own start time "03:30:00" is kept in place of "09:00:00"',
      'its own random delay "600 seconds" is kept in place of "14400 seconds"',
      `its own account "${user}" is kept in place of "SYSTEM"`,
    ]);
  });

  test('survive a repair of everything else', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.tasks.set(definition.name, taskXml(own));
    const { health } = await scheduler.register(definition);
    assert.equal(health.state, 'healthy');
    assert.equal(health.notes.length, 3);
    const xml = schtasks.tasks.get(definition.name) ?? '';
    for (const kept of [
      'T03:30:00<',
      '<RandomDelay>PT10M<',
      `<UserId>${user}<`,
      '<LogonType>Password<',
      '<RunLevel>Least',
    ])
      assert.ok(xml.includes(kept), kept);
    assert.ok(xml.includes('<ExecutionTimeLimit>PT2H<'));
  });

  test('are reset by force', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.tasks.set(definition.name, taskXml(own));
    const { health, xml } = await scheduler.register(definition, { force: true });
    assert.deepEqual(health.notes, []);
    assert.equal(xml, taskXml(definition));
  });

  test('that are none are repaired: unusable times, SYSTEM with a lower run level, no account', async () => {
    const { scheduler, schtasks } = setUp();
    for (const [from, to] of [
      ['T09:00:00<', 'Tnine<'],
      ['<RandomDelay>PT4H<', '<RandomDelay>4h<'],
      ['<RunLevel>HighestAvailable<', '<RunLevel>LeastPrivilege<'],
      ['<UserId>S-1-5-18</UserId>', ''],
    ] as const) {
      const broken = taskXml(definition).replace(from, to);
      assert.notEqual(broken, taskXml(definition));
      schtasks.tasks.set(definition.name, broken);
      assert.equal((await scheduler.check(definition)).state, 'unhealthy', to);
      assert.equal((await scheduler.register(definition)).xml, taskXml(definition));
    }
  });

  test('that keep the task from running unattended are kept, and called unhealthy', async () => {
    const { scheduler, schtasks } = setUp();
    const principals = [
      { userId: user, groupId: '', logonType: 'InteractiveToken', runLevel: 'HighestAvailable' },
      { userId: user, groupId: '', logonType: 'InteractiveTokenOrPassword', runLevel: 'HighestAvailable' },
      { userId: '', groupId: 'S-1-5-32-544', logonType: '', runLevel: 'HighestAvailable' },
    ];
    for (const principal of principals) {
      schtasks.tasks.set(definition.name, taskXml({ ...definition, principal, executionTimeLimitSeconds: 1 }));
      const { health } = await scheduler.register(definition);
      assert.equal(health.state, 'unhealthy');
      assert.match(health.problems.join(), /^it runs only while .* is logged on$/);
      const forced = await scheduler.register(definition, { force: true });
      assert.equal(forced.health.state, 'healthy');
    }
  });

  for (const [name, wished] of Object.entries({
    service,
    group: {
      ...service,
      principal: {
        ...service.principal,
        userId: '',
        groupId: 'S-1-5-32-544',
        logonType: '',
        runLevel: 'HighestAvailable',
      },
    },
  })) {
    test(`give XML that is valid (${name})`, () => {
      assert.equal(schemaProblem(encodeTaskXml(taskXml(wished))), undefined);
    });
  }
});

suite('a task of somebody else', () => {
  const foreign = { ...definition, command: 'C:\\Tools\\backup.exe' };

  test('is not overwritten unless forced', async () => {
    const { scheduler, schtasks } = setUp();
    const documents = [
      taskXml(foreign),
      taskXml(definition).replace(/<Exec>[\s\S]*<\/Exec>/, '<ComHandler><ClassId>{0}</ClassId></ComHandler>'),
    ];
    for (const xml of documents) {
      schtasks.tasks.set(definition.name, xml);
      await assert.rejects(scheduler.register(definition), {
        code: 'TaskUnhealthy',
        message: /not ours to replace$/,
        hint: /--force/,
      });
      assert.equal(schtasks.tasks.get(definition.name), xml);
      await scheduler.register(definition, { force: true });
    }
  });

  test('is not what starts wacs.exe elsewhere, or the path that is wished', async () => {
    const { scheduler, schtasks, files } = setUp();
    const renamed = { ...definition, command: 'D:\\x\\certs.exe' };
    files.content.set(renamed.command, new Uint8Array());
    for (const [before, wished] of [
      [{ ...definition, command: '"E:\\old\\WACS.EXE"' }, definition],
      [renamed, renamed],
      [definition, renamed],
    ] as const) {
      schtasks.tasks.set(definition.name, taskXml(before));
      assert.equal((await scheduler.register(wished)).health.state, 'healthy');
    }
  });

  test('is not what starts the running program under a name of its own', async () => {
    const before = taskXml({ ...definition, command: 'E:\\share\\setup.exe' });
    const { scheduler, schtasks } = setUp('C:\\elsewhere\\Setup.exe');
    schtasks.tasks.set(definition.name, before);
    assert.equal((await scheduler.register(definition)).health.state, 'healthy');
    const other = setUp('C:\\elsewhere\\wacs.exe');
    other.schtasks.tasks.set(definition.name, before);
    await assert.rejects(other.scheduler.register(definition), { code: 'TaskUnhealthy' });
  });

  test('is none when its document is damaged', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.tasks.set(definition.name, 'garbage');
    assert.equal((await scheduler.register(definition)).replaced, true);
  });
});
