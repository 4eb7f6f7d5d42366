import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { taskXml } from '../../src/scheduler/task-xml.ts';
import { definition, utf16 } from './samples.ts';
import { oldXml, setUp } from './scheduler-under-test.ts';

suite('checking a task', () => {
  test('tells healthy, missing and unhealthy apart', async () => {
    const { scheduler, schtasks } = setUp();
    assert.equal((await scheduler.check(definition)).state, 'missing');
    await scheduler.register(definition);
    assert.deepEqual(await scheduler.check(definition), {
      name: definition.name,
      state: 'healthy',
      problems: [],
      notes: [],
    });
    schtasks.tasks.set(definition.name, oldXml);
    const health = await scheduler.check(definition);
    assert.equal(health.state, 'unhealthy');
    assert.deepEqual(health.problems, ['its execution time limit is "3600 seconds" instead of "7200 seconds"']);
  });

  test('notices that the program is gone', async () => {
    const { scheduler, files } = setUp();
    await scheduler.register(definition);
    files.content.clear();
    const health = await scheduler.check(definition);
    assert.deepEqual(health.problems, [`the program it starts does not exist: ${definition.command}`]);
  });

  test('calls what cannot be read unhealthy', async () => {
    const { scheduler, schtasks } = setUp();
    for (const stdout of [new Uint8Array(), Buffer.from('garbage'), utf16('<Tasks/>')]) {
      schtasks.answers.push({ verb: '/Query', answer: { exitCode: 0, stdout } });
      const health = await scheduler.check(definition);
      assert.equal(health.state, 'unhealthy');
      assert.match(health.problems.join(), /cannot read the task/);
    }
  });

  test('fails when it is refused an answer', async () => {
    const { scheduler, schtasks } = setUp();
    schtasks.answers.push({ verb: '/Query', answer: { exitCode: 0x80070005 } });
    await assert.rejects(scheduler.check(definition), { code: 'TaskAccessDenied' });
  });
});

suite('removing and describing a task', () => {
  test('removes it once', async () => {
    const { scheduler, schtasks } = setUp();
    await scheduler.register(definition);
    assert.equal(await scheduler.remove(definition.name), true);
    assert.equal(schtasks.tasks.size, 0);
    assert.equal(await scheduler.remove(definition.name), false);
  });

  test('describes it without touching anything', async () => {
    const { scheduler, schtasks, files } = setUp();
    assert.equal(await scheduler.describe(definition), taskXml(definition));
    assert.equal(schtasks.requests.length + files.written.length, 0);
  });
});
