import type { CommandResult, RunContext } from '../run-context.ts';
import { cadenceText, registerTask } from './register-task.ts';

/** `--setuptaskscheduler`: registers the scheduled task anew and verifies it; the old one stays when that fails. */
export async function setupTaskScheduler(context: RunContext): Promise<CommandResult> {
  const definition = await context.taskDefinition();
  const tasks = await context.tasks();
  context.log.verbose(`task definition:\n${await tasks.describe(definition)}`);
  const force = context.values.flag('force');
  const { name, replaced, registered, health } = await registerTask(definition, context, { force });
  context.log.info(`scheduled task "${name}" ${replaced ? 'replaced' : 'created'} and verified`);
  context.log.info(`it runs ${definition.command} ${definition.arguments} ${cadenceText(registered)}`);
  return { outcome: 'Success', renewals: [], task: { name, state: 'registered', problems: [], notes: health.notes } };
}
