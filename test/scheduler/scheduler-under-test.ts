import { taskXml } from '../../src/scheduler/task-xml.ts';
import { createWindowsTaskScheduler } from '../../src/scheduler/windows-task-scheduler.ts';
import { createFakeSchtasks } from './fake-schtasks.ts';
import { createMemoryFiles, createMemoryLog } from './fakes.ts';
import { definition } from './samples.ts';

/** The task as it was before the wish changed. */
export const oldXml = taskXml({ ...definition, startTime: '03:00:00' });

/** The Windows scheduler on top of the doubles, on a machine that has the program and no task. */
export function setUp() {
  const files = createMemoryFiles([definition.command]);
  const schtasks = createFakeSchtasks(files);
  const log = createMemoryLog();
  const scheduler = createWindowsTaskScheduler({
    processes: schtasks,
    files,
    log,
    systemRoot: 'C:\\Windows',
    temporaryFolder: 'C:\\ProgramData\\wacs\\tmp',
  });
  return { scheduler, schtasks, files, log };
}
