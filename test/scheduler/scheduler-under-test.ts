import { taskXml } from '../../src/scheduler/task-xml.ts';
import { createWindowsTaskScheduler } from '../../src/scheduler/windows-task-scheduler.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeSchtasks } from './fake-schtasks.ts';
import { createMemoryFiles, createMemoryLog } from './fakes.ts';
import { definition } from './samples.ts';

/** The task as it was before the wish changed. */
export const oldXml = taskXml({ ...definition, executionTimeLimitSeconds: 3600 });

/** The Windows scheduler on top of the doubles, on a machine that has the program and no task. */
export function setUp(executable?: string) {
  const files = createMemoryFiles([definition.command]);
  const schtasks = createFakeSchtasks(files);
  const log = createMemoryLog();
  const clock = createFakeClock();
  const scheduler = createWindowsTaskScheduler({
    processes: schtasks,
    files,
    clock,
    log,
    systemRoot: 'C:\\Windows',
    temporaryFolder: 'C:\\ProgramData\\wacs\\tmp',
    executable,
  });
  return { scheduler, schtasks, files, log, clock };
}
