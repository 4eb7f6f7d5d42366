import { join } from 'node:path';
import type { TaskWish } from '../cli/run-context.ts';
import { repetitionFor } from '../core/cadence.ts';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { ExecutableGuard, ProgramInstaller } from '../core/program.ts';
import type { TaskDefinition, TaskScheduler } from '../core/task.ts';
import { systemClock } from '../platform/clock.ts';
import { secondsOf } from '../storage/settings-values.ts';
import { type Foundation, onWindows, systemRoot } from './foundation.ts';
import { lazyProcesses } from './processes.ts';

/** What the scheduled task is read and written with. */
export type SchedulerParts = Pick<
  Foundation,
  'args' | 'settings' | 'baseUri' | 'paths' | 'files' | 'renewals' | 'log' | 'signal'
>;

/** Task Scheduler, or what stands in for it elsewhere than on Windows. */
export async function wireScheduler({ files, log, paths, settings, signal }: SchedulerParts): Promise<TaskScheduler> {
  if (!onWindows) return (await import('../scheduler/unsupported-task-scheduler.ts')).createUnsupportedTaskScheduler();
  const [{ createWindowsTaskScheduler }, { decodeConsoleBytes }] = await Promise.all([
    import('../scheduler/windows-task-scheduler.ts'),
    import('../platform/win32/code-page.ts'),
  ]);
  return createWindowsTaskScheduler({
    processes: lazyProcesses(signal, 'TaskSchedulerTimeout'),
    files,
    clock: systemClock,
    log,
    signal,
    timeoutMs: settings.ScheduledTask.CommandTimeout * 1000,
    executable: process.execPath,
    systemRoot,
    temporaryFolder: join(paths.root, 'temp'),
    decodeConsole: (bytes) => decodeConsoleBytes(bytes),
  });
}

/** The scheduled task as it should be. */
export async function wishedTask(parts: SchedulerParts, wish: TaskWish = {}): Promise<TaskDefinition> {
  const { args, settings, baseUri, paths } = parts;
  const { createTaskDefinition } = await import('../scheduler/task-definition.ts');
  const { StartBoundary, RandomDelay, ExecutionTimeLimit } = settings.ScheduledTask;
  return createTaskDefinition({
    baseUri,
    executable: wish.executable ?? process.execPath,
    repetitionSeconds: await wishedRepetition(parts),
    startTime: StartBoundary.padStart(8, '0'),
    randomDelaySeconds: secondsOf(RandomDelay),
    executionTimeLimitSeconds: secondsOf(ExecutionTimeLimit),
    ...(args.given.includes('configpath') ? { configPath: paths.root } : {}),
  });
}

/** Without the rights to read the renewals the task cannot be registered either, and that failure tells more. */
async function wishedRepetition({ renewals }: SchedulerParts): Promise<number | undefined> {
  try {
    return repetitionFor(await renewals.list());
  } catch (error) {
    if (toWacsError(error).code === 'AccessDenied') return undefined;
    throw error;
  }
}

/** Elsewhere than on Windows there is no task that a program could be unsafe for. */
export async function wireGuard(): Promise<ExecutableGuard> {
  if (!onWindows) return { inspect: async () => [], inspectPlace: async () => [] };
  return (await import('../platform/win32/system-guard.ts')).createSystemGuard();
}

/** Copies the program to a safe place. @throws WacsError UnsupportedPlatform off Windows. */
export async function wireInstaller({ files }: Foundation): Promise<ProgramInstaller> {
  if (!onWindows) {
    throw new WacsError('UnsupportedPlatform', '--installto needs Windows', {
      hint: 'copy the program by hand, and run it once a day with cron or a systemd timer',
    });
  }
  const [{ createProgramInstaller }, { allowUsersToRun }] = await Promise.all([
    import('../platform/program-installer.ts'),
    import('../platform/win32/acl.ts'),
  ]);
  return createProgramInstaller({ files, source: process.execPath, protect: allowUsersToRun });
}
