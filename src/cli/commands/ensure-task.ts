import { restate, toWacsError, type WacsError } from '../../core/errors.ts';
import { type ReportedTask, reportError } from '../../core/report.ts';
import type { TaskHealth } from '../../core/task.ts';
import { exitCodeOf } from '../../exit-codes.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { cadenceText, registerTask } from './register-task.ts';

/**
 * Sees to it that the scheduled task exists and is as it should be. The certificates of the run are kept whatever
 * happens here; a failure becomes the result of the run, unless it has failed already.
 */
export async function ensureTask(result: CommandResult, context: RunContext): Promise<CommandResult> {
  if (context.values.flag('notaskscheduler')) return result;
  const attempt = await tryToRepair(context);
  if (attempt.error === undefined) return { ...result, task: attempt.task };
  const { message } = attempt.error;
  return failed(result, context, {
    task: attempt.task,
    error: restate(attempt.error, `the certificate is in place, but the scheduled task is not: ${message}`),
  });
}

/**
 * Checks the task at the end of a renewal run and repairs it when it may. A repair that is refused for want of rights
 * ends with what the check found (TaskMissing, TaskUnhealthy), any other failure with its own cause.
 */
export async function keepTask(result: CommandResult, context: RunContext): Promise<CommandResult> {
  const { task, health, error } = await tryToRepair(context);
  if (error === undefined) return { ...result, task };
  const refused = health !== undefined && error.code === 'TaskAccessDenied';
  const code = refused ? (health.state === 'missing' ? 'TaskMissing' : 'TaskUnhealthy') : error.code;
  const found = health === undefined ? '' : `${health.problems.join('; ')}; `;
  const message = `the renewals have been seen to, but the scheduled task is not in order: ${found}${error.message}`;
  return failed(result, context, { task, error: restate(error, message, code) });
}

interface Attempt {
  readonly task: ReportedTask;
  /** What the check found, if it came so far. */
  readonly health?: TaskHealth;
  readonly error?: WacsError;
}

async function tryToRepair(context: RunContext): Promise<Attempt> {
  let health: TaskHealth | undefined;
  try {
    const definition = await context.taskDefinition();
    const tasks = await context.tasks();
    health = await tasks.check(definition);
    const { name, problems, notes } = health;
    if (health.state === 'healthy') return { task: { name, state: 'healthy', problems, notes } };
    for (const problem of problems) context.log.warning(`scheduled task: ${problem}`);
    const { registered } = await registerTask(definition, context, { force: false });
    context.log.info(`scheduled task "${name}" registered: ${cadenceText(registered)}`);
    return { task: { name, state: 'registered', problems, notes } };
  } catch (cause) {
    const error = toWacsError(cause);
    const name = health?.name ?? (await taskNameOf(context));
    const known = { name, state: health?.state ?? 'unknown', problems: health?.problems ?? [] } as const;
    return {
      task: { ...known, error: reportError(error, exitCodeOf) },
      ...(health === undefined ? {} : { health }),
      error,
    };
  }
}

/** A path or setting that makes the definition impossible is what has failed here. */
async function taskNameOf(context: RunContext): Promise<string> {
  return context.taskDefinition().then(
    ({ name }) => name,
    () => 'wacs renew',
  );
}

/** The failure that came first keeps its code; the report has both. */
function failed(
  result: CommandResult,
  { log }: RunContext,
  { task, error }: { readonly task: ReportedTask; readonly error: WacsError },
): CommandResult {
  if (result.error === undefined) return { ...result, outcome: error.code, error, task };
  log.error(`${error.message} [${exitCodeOf(error.code)} ${error.code}]`);
  return { ...result, task };
}
