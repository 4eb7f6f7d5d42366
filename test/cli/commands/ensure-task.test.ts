import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ensureTask, keepTask } from '../../../src/cli/commands/ensure-task.ts';
import type { CommandResult } from '../../../src/cli/run-context.ts';
import { definition } from '../../scheduler/samples.ts';
import { createFakeContext, disabled, failure, healthy, missing } from './fake-context.ts';

const success: CommandResult = { outcome: 'Success', renewals: [] };
const failed: CommandResult = { outcome: 'ValidationFailed', renewals: [], error: failure('ValidationFailed') };
const { name, command } = definition;

suite('keeping the task at the end of a renewal run', () => {
  test('leaves a healthy one alone', async () => {
    const { context, scheduler } = createFakeContext();
    const result = await keepTask(success, context);
    assert.deepEqual(result, { ...success, task: { name, state: 'healthy', problems: [], notes: [] } });
    assert.deepEqual(scheduler.registrations, []);
  });

  for (const health of [missing, disabled]) {
    test(`repairs one that is ${health.state}, never by force`, async () => {
      const { context, scheduler, log } = createFakeContext({ flags: ['force'] });
      scheduler.health = health;
      const result = await keepTask(success, context);
      assert.equal(result.outcome, 'Success');
      assert.equal(result.task?.state, 'registered');
      assert.deepEqual(scheduler.registrations, [{ definition, force: false }]);
      assert.ok(log.lines.includes(`warning: scheduled task: ${health.problems[0]}`));
    });
  }

  test('ends with what the check found when rights for the repair are missing', async () => {
    for (const [health, code] of [
      [missing, 'TaskMissing'],
      [disabled, 'TaskUnhealthy'],
    ] as const) {
      const { context, scheduler } = createFakeContext();
      scheduler.health = health;
      scheduler.failures.register = failure('TaskAccessDenied');
      const result = await keepTask(success, context);
      assert.equal(result.outcome, code);
      assert.equal(result.error?.code, code);
      assert.match(result.error?.message ?? '', new RegExp(`${health.problems[0]}; failed: TaskAccessDenied$`));
      assert.equal(result.error?.hint, 'do something');
      assert.equal(result.task?.state, health.state);
      assert.equal(result.task?.error?.code, 31);
    }
  });

  for (const code of [
    'TaskDefinitionRejected',
    'TaskVerificationFailed',
    'TaskAccountError',
    'TaskUnhealthy',
  ] as const) {
    test(`ends with the cause when the repair fails: ${code}`, async () => {
      const { context, scheduler } = createFakeContext();
      scheduler.health = missing;
      scheduler.failures.register = failure(code);
      assert.equal((await keepTask(success, context)).outcome, code);
    });
  }

  for (const code of ['TaskSchedulerUnavailable', 'TaskAccessDenied', 'TaskSchedulerTimeout'] as const) {
    test(`ends with the cause when the task cannot be checked: ${code}`, async () => {
      const { context, scheduler } = createFakeContext();
      scheduler.failures.check = failure(code);
      const result = await keepTask(success, context);
      assert.equal(result.outcome, code);
      assert.equal(result.task?.state, 'unknown');
      assert.equal(result.task?.name, name);
      assert.deepEqual(scheduler.registrations, []);
    });
  }

  test('does not point the task at a program in an unsafe place', async () => {
    const { context, scheduler } = createFakeContext({ unsafe: { [command]: ['it is open'] } });
    scheduler.health = missing;
    const { outcome, error } = await keepTask(success, context);
    assert.equal(outcome, 'TaskPathUnsafe');
    assert.match(error?.message ?? '', /it is open/);
    assert.equal(
      error?.hint,
      'install the program into a safe folder, which registers the task too: wacs --installto "/programs/wacs"',
    );
    assert.deepEqual(scheduler.registrations, []);
  });

  test('ends unhealthy when a choice that was kept is in the way', async () => {
    const { context, scheduler } = createFakeContext();
    scheduler.health = disabled;
    scheduler.afterwards = { ...disabled, problems: ['it runs only while jane is logged on'] };
    const { outcome, error } = await keepTask(success, context);
    assert.equal(outcome, 'TaskUnhealthy');
    assert.match(error?.hint ?? '', /--setuptaskscheduler --force/);
  });

  test("keeps the renewals' failure, and reports both", async () => {
    const { context, scheduler, log } = createFakeContext();
    scheduler.health = missing;
    scheduler.failures.register = failure('TaskAccessDenied');
    const result = await keepTask(failed, context);
    assert.equal(result.outcome, 'ValidationFailed');
    assert.equal(result.error, failed.error);
    assert.equal(result.task?.error?.name, 'TaskAccessDenied');
    assert.ok(log.lines.some((line) => /^error: .* \[36 TaskMissing\]$/.test(line)));
  });

  test('repairs the task also when renewals have failed', async () => {
    const { context, scheduler } = createFakeContext();
    scheduler.health = missing;
    const result = await keepTask(failed, context);
    assert.deepEqual([result.outcome, result.task?.state], ['ValidationFailed', 'registered']);
  });
});

suite('ensuring the task after a certificate was created', () => {
  test('ends with the cause as it is, and says that the certificate is there', async () => {
    const { context, scheduler } = createFakeContext();
    scheduler.health = missing;
    scheduler.failures.register = failure('TaskAccessDenied');
    const { outcome, error } = await ensureTask(success, context);
    assert.equal(outcome, 'TaskAccessDenied');
    assert.match(error?.message ?? '', /^the certificate is in place, but the scheduled task is not: failed/);
  });

  test('does nothing with --notaskscheduler', async () => {
    const { context, scheduler } = createFakeContext({ flags: ['notaskscheduler'] });
    scheduler.health = missing;
    assert.equal(await ensureTask(success, context), success);
    assert.deepEqual(scheduler.registrations, []);
  });

  test('notes what an administrator chose', async () => {
    const { context, scheduler, log } = createFakeContext();
    scheduler.health = disabled;
    scheduler.afterwards = { ...healthy, notes: ['its own start time'] };
    await ensureTask(success, context);
    assert.ok(
      log.lines.includes('info: scheduled task: its own start time; wacs --setuptaskscheduler --force resets it'),
    );
  });
});
