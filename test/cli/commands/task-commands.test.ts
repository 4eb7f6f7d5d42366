import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkTaskScheduler } from '../../../src/cli/commands/check-task-scheduler.ts';
import { installTo } from '../../../src/cli/commands/install-to.ts';
import { setupTaskScheduler } from '../../../src/cli/commands/setup-task-scheduler.ts';
import { definition } from '../../scheduler/samples.ts';
import { createFakeContext, disabled, failure, missing } from './fake-context.ts';

const { command } = definition;

suite('--checktaskscheduler', () => {
  test('is content with a healthy task, and tells of the last run', async () => {
    const endedAt = new Date('2026-02-28T21:00:00Z');
    const lastRun = { command: 'renew', endedAt, exitCode: 44, exitName: 'ValidationFailed' };
    const { context, log } = createFakeContext({ lastRun });
    const { outcome, task } = await checkTaskScheduler(context);
    assert.equal(outcome, 'Success');
    assert.deepEqual(task?.lastRun, { ...lastRun, endedAt: '2026-02-28T21:00:00.000Z', ageSeconds: 10_800 });
    assert.ok(
      log.lines.includes(
        'info: last run: --renew ended on 2026-02-28T21:00:00.000Z, 3 hours ago, with exit code 44 (ValidationFailed)',
      ),
      log.lines.join('\n'),
    );
  });

  test('says when there was no run', async () => {
    const { context, log } = createFakeContext();
    const { task } = await checkTaskScheduler(context);
    assert.equal(task?.lastRun, undefined);
    assert.ok(log.lines.includes('info: last run: none on record'));
  });

  test('changes nothing, and has a code for each state', async () => {
    const { context, scheduler } = createFakeContext();
    scheduler.health = missing;
    assert.equal((await checkTaskScheduler(context)).outcome, 'TaskMissing');
    scheduler.health = disabled;
    const one = await checkTaskScheduler(context);
    assert.equal(one.outcome, 'TaskUnhealthy');
    assert.match(one.error?.message ?? '', /: it is disabled$/);
    scheduler.failures.check = failure('TaskSchedulerUnavailable');
    await assert.rejects(checkTaskScheduler(context), { code: 'TaskSchedulerUnavailable' });
    assert.deepEqual(scheduler.registrations, []);
  });

  test('gives each of several problems a line', async () => {
    const { context, scheduler, log } = createFakeContext();
    scheduler.health = { ...disabled, problems: ['one', 'two'] };
    const { error, task } = await checkTaskScheduler(context);
    assert.match(error?.message ?? '', /: 2 problems$/);
    assert.deepEqual(task?.problems, ['one', 'two']);
    assert.deepEqual(log.lines.slice(0, 2), ['warning: scheduled task: one', 'warning: scheduled task: two']);
  });

  test('notes an unsafe path, which is no matter of the task itself', async () => {
    const { context } = createFakeContext({ unsafe: { [command]: ['it is open'] } });
    const { outcome, task } = await checkTaskScheduler(context);
    assert.equal(outcome, 'Success');
    assert.deepEqual(task?.notes, ['unsafe for a task of SYSTEM: it is open']);
  });
});

suite('--setuptaskscheduler', () => {
  test('refuses an unsafe path, and does it with a warning when forced', async () => {
    const unsafe = { [command]: ['it is open'] };
    const careful = createFakeContext({ unsafe });
    await assert.rejects(setupTaskScheduler(careful.context), { code: 'TaskPathUnsafe' });
    assert.deepEqual(careful.scheduler.registrations, []);
    const forced = createFakeContext({ unsafe, flags: ['force'] });
    assert.equal((await setupTaskScheduler(forced.context)).outcome, 'Success');
    assert.deepEqual(forced.scheduler.registrations, [{ definition, force: true }]);
    assert.ok(forced.log.lines.includes('warning: unsafe for a task of SYSTEM: it is open'));
  });

  test('names the one command that helps, for this CA and state folder', async () => {
    const { context } = createFakeContext({
      unsafe: { [command]: ['it is open'] },
      texts: { baseuri: 'https://ca.example/', configpath: 'D:\\my state' },
    });
    await assert.rejects(setupTaskScheduler(context), {
      hint: /wacs --installto "\/programs\/wacs" --baseuri https:\/\/ca\.example\/ --configpath "D:\\my state"$/,
    });
  });
});

suite('--installto', () => {
  const path = '/programs/wacs/wacs.exe';
  const installed: string[] = [];
  const install = async (folder: string) => {
    installed.push(folder);
    return { path: `${folder}/wacs.exe`, copied: true };
  };

  test('installs into the usual folder or the given one, and registers the task for the copy', async () => {
    for (const [value, folder] of [
      ['', '/programs/wacs'],
      ['/else/where', '/else/where'],
    ] as const) {
      const { context, scheduler } = createFakeContext({ install, texts: { installto: value } });
      scheduler.health = missing;
      const { outcome, task } = await installTo(context);
      assert.equal(outcome, 'Success');
      assert.equal(task?.state, 'registered');
      assert.equal(scheduler.registrations[0]?.definition.command, `${folder}/wacs.exe`);
      assert.equal(installed.at(-1), folder);
    }
  });

  test('leaves a healthy task alone, unless forced', async () => {
    const { context, scheduler } = createFakeContext({ install });
    assert.equal((await installTo(context)).task?.state, 'healthy');
    assert.deepEqual(scheduler.registrations, []);
    const forced = createFakeContext({ install, flags: ['force'] });
    await installTo(forced.context);
    assert.equal(forced.scheduler.registrations.length, 1);
  });

  test('refuses a place that cannot be safe before it copies anything, and one that is open after that', async () => {
    const place = createFakeContext({ unsafePlaces: { [path]: ['it is on a share'] } });
    await assert.rejects(installTo(place.context), { code: 'TaskPathUnsafe' });
    const open = createFakeContext({ install, unsafe: { [path]: ['it is open'] } });
    await assert.rejects(installTo(open.context), { code: 'TaskPathUnsafe' });
    open.scheduler.health = missing;
    await assert.rejects(installTo(open.context), { code: 'TaskPathUnsafe' });
    assert.deepEqual(open.scheduler.registrations, []);
  });

  test('leaves the task alone with --notaskscheduler, wherever the folder is', async () => {
    const { context, scheduler } = createFakeContext({
      install,
      flags: ['notaskscheduler'],
      unsafePlaces: { [path]: ['x'] },
    });
    scheduler.failures.check = failure('TaskSchedulerUnavailable');
    assert.deepEqual(await installTo(context), { outcome: 'Success', renewals: [] });
  });
});
