import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskXml } from '../../src/scheduler/task-xml.ts';
import { createUnsupportedTaskScheduler } from '../../src/scheduler/unsupported-task-scheduler.ts';
import { definition } from './samples.ts';

test('off Windows the task is shown, and nothing else is done', async () => {
  const scheduler = createUnsupportedTaskScheduler();
  const refused = { name: 'WacsError', code: 'UnsupportedPlatform', hint: /cron/ };
  await assert.rejects(scheduler.register(definition), refused);
  await assert.rejects(scheduler.check(definition), refused);
  await assert.rejects(scheduler.remove(definition.name), refused);
  assert.equal(await scheduler.describe(definition), taskXml(definition));
});
