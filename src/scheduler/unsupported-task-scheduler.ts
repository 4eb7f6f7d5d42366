import { WacsError } from '../core/errors.ts';
import type { TaskScheduler } from '../core/task.ts';
import { taskXml } from './task-xml.ts';

/** The scheduler where there is no Task Scheduler: it shows the task, and refuses everything else (UnsupportedPlatform). */
export function createUnsupportedTaskScheduler(): TaskScheduler {
  return {
    register: async ({ name }) => refuse(`register the scheduled task "${name}"`),
    check: async ({ name }) => refuse(`check the scheduled task "${name}"`),
    remove: async (name) => refuse(`remove the scheduled task "${name}"`),
    describe: async (definition) => taskXml(definition),
  };
}

function refuse(action: string): never {
  throw new WacsError('UnsupportedPlatform', `cannot ${action}: this system has no Windows Task Scheduler`, {
    hint: 'run "wacs --renew" once a day with cron or a systemd timer, and create renewals with --notaskscheduler',
  });
}
