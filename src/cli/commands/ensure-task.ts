import { restate, toWacsError } from '../../core/errors.ts';
import type { ReportedTask } from '../../core/report.ts';
import type { CommandResult, RunContext } from '../run-context.ts';

/**
 * Sees to it that the scheduled task exists and is as it should be. The certificates of the run are kept whatever
 * happens here; a failure becomes the result of the run.
 */
export async function ensureTask(result: CommandResult, context: RunContext): Promise<CommandResult> {
  if (context.values.flag('notaskscheduler')) return result;
  try {
    return { ...result, task: await checkOrRegister(context) };
  } catch (error) {
    const failure = toWacsError(error);
    const explained = restate(
      failure,
      `the certificate is in place, but the scheduled task is not: ${failure.message}`,
    );
    return { ...result, outcome: explained.code, error: explained, task: await unknownTask(context) };
  }
}

async function checkOrRegister(context: RunContext): Promise<ReportedTask> {
  const definition = await context.taskDefinition();
  const tasks = await context.tasks();
  const health = await tasks.check(definition);
  if (health.state === 'healthy') return { name: definition.name, state: 'healthy', problems: [] };
  for (const problem of health.problems) context.log.warning(`scheduled task: ${problem}`);
  await tasks.register(definition);
  context.log.info(`scheduled task "${definition.name}" registered: daily at ${definition.startTime}`);
  return { name: definition.name, state: 'registered', problems: health.problems };
}

async function unknownTask(context: RunContext): Promise<ReportedTask> {
  const { name } = await context.taskDefinition();
  return { name, state: 'unknown', problems: [] };
}
