import { win32 } from 'node:path';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { TaskDefinition } from '../core/task.ts';
import { commandPath, foldPath, type TaskEnvironment } from './compare-task.ts';
import { type RegisteredTask, readTaskXml } from './read-task-xml.ts';
import type { Schtasks } from './schtasks.ts';

/** What stands under a task's name before it is registered. */
export interface ExistingTask {
  /** What a query printed; undefined when there is no task or it cannot be read. */
  readonly text: string | undefined;
  /** Undefined also when the document is damaged. */
  readonly task: RegisteredTask | undefined;
}

/** What tells a task of ours from another one. */
export interface OwnershipContext {
  readonly environment: TaskEnvironment;
  /** Path of the running program, which may have been renamed. */
  readonly executable?: string | undefined;
}

const programName = 'wacs.exe';
const nothing: ExistingTask = { text: undefined, task: undefined };

/**
 * Reads the task that is to be replaced. A damaged one can be replaced unread; one that may not be read belongs to
 * somebody else, and only force goes on then.
 * @throws WacsError the Task codes of a query.
 */
export async function readExisting(
  { schtasks, log }: { readonly schtasks: Schtasks; readonly log: Log },
  name: string,
  force: boolean,
): Promise<ExistingTask> {
  try {
    const text = await schtasks.query(name);
    return text === undefined ? nothing : { text, task: await parsed(text, log) };
  } catch (cause) {
    const error = toWacsError(cause);
    const mayGoOn = error.code === 'TaskSchedulerError' || (force && error.code === 'TaskAccessDenied');
    if (!mayGoOn) throw error;
    log.verbose(`${error.message}; registering it nevertheless`);
    return nothing;
  }
}

/**
 * @throws WacsError TaskUnhealthy when the task starts something else than this program, here or elsewhere.
 */
export function refuseForeign({ task }: ExistingTask, wished: TaskDefinition, context: OwnershipContext): void {
  if (task === undefined || task.actionKinds.length === 0 || isOurs(task, wished, context)) return;
  const starts = task.command === '' ? task.actionKinds.join(', ') : `"${task.command}"`;
  throw new WacsError(
    'TaskUnhealthy',
    `cannot register the scheduled task "${wished.name}": a task of that name starts ${starts} and is not ours to replace`,
    { hint: 'rename or delete it in taskschd.msc, or run wacs --setuptaskscheduler --force to replace it' },
  );
}

function isOurs(
  task: RegisteredTask,
  wished: TaskDefinition,
  { environment, executable = programName }: OwnershipContext,
): boolean {
  const path = foldPath(commandPath(task.command, environment));
  const ours = [programName, wished.command, executable].map((name) => win32.basename(name).toLowerCase());
  return path === foldPath(wished.command) || ours.includes(win32.basename(path));
}

async function parsed(text: string, log: Log): Promise<RegisteredTask | undefined> {
  try {
    return await readTaskXml(text);
  } catch (cause) {
    log.verbose(`the existing task is damaged: ${toWacsError(cause).message}`);
    return undefined;
  }
}
