import { WacsError } from '../../core/errors.ts';
import type { TaskDefinition, TaskRegistration } from '../../core/task.ts';
import type { RunContext } from '../run-context.ts';

/**
 * Registers the task if SYSTEM may start its program where it lies. Force overrides that with a warning, replaces tasks
 * of others and resets what an administrator changed.
 * @throws WacsError TaskPathUnsafe, TaskUnhealthy when a kept choice keeps the task from running, and the Task codes.
 */
export async function registerTask(
  definition: TaskDefinition,
  context: RunContext,
  { force }: { readonly force: boolean },
): Promise<TaskRegistration> {
  await requireSafePath(definition.command, context, force);
  const tasks = await context.tasks();
  const registration = await tasks.register(definition, { force });
  const { health } = registration;
  for (const note of health.notes)
    context.log.info(`scheduled task: ${note}; wacs --setuptaskscheduler --force resets it`);
  if (health.state !== 'healthy') {
    throw new WacsError('TaskUnhealthy', `scheduled task "${health.name}": ${health.problems.join('; ')}`, {
      hint: 'correct it in taskschd.msc, or run wacs --setuptaskscheduler --force to have it run as SYSTEM',
    });
  }
  return registration;
}

/** When a task runs, for people. */
export function cadenceText({ startTime, repetitionSeconds }: TaskDefinition): string {
  const often = repetitionSeconds === undefined ? '' : ` and every ${repetitionSeconds / 3600} hours after that`;
  return `daily at ${startTime}${often}`;
}

/**
 * Looks at where a program lies that SYSTEM is to start; force turns what is found into warnings.
 * @throws WacsError TaskPathUnsafe with the command that installs the program safely.
 */
export async function requireSafePath(path: string, context: RunContext, force: boolean): Promise<void> {
  const guard = await context.guard();
  refuseUnsafe(path, await guard.inspect(path), { context, force });
}

/** The same before the program is there. @throws WacsError TaskPathUnsafe. */
export async function requireSafePlace(path: string, context: RunContext): Promise<void> {
  const guard = await context.guard();
  refuseUnsafe(path, await guard.inspectPlace(path), { context, force: false });
}

function refuseUnsafe(
  path: string,
  problems: readonly string[],
  { context, force }: { readonly context: RunContext; readonly force: boolean },
): void {
  if (problems.length === 0) return;
  if (force) {
    for (const problem of problems) context.log.warning(`unsafe for a task of SYSTEM: ${problem}`);
    return;
  }
  throw new WacsError('TaskPathUnsafe', `cannot let a task of SYSTEM start ${path}: ${problems.join('; ')}`, {
    hint: `install the program into a safe folder, which registers the task too: ${installCommand(context)}`,
  });
}

function installCommand({ programFolder, given, values, baseUri }: RunContext): string {
  const authority = given.includes('baseuri') || values.flag('test') ? ` --baseuri ${baseUri}` : '';
  const state = given.includes('configpath') ? ` --configpath "${values.text('configpath')}"` : '';
  return `wacs --installto "${programFolder}"${authority}${state}`;
}
