import type { CommandResult, RunContext } from '../run-context.ts';

/** `--removetaskscheduler`: removes the scheduled task; one that does not exist is no failure. */
export async function removeTaskScheduler(context: RunContext): Promise<CommandResult> {
  const { name } = await context.taskDefinition();
  const tasks = await context.tasks();
  const removed = await tasks.remove(name);
  context.log.info(removed ? `scheduled task "${name}" removed` : `there is no scheduled task "${name}"`);
  return { outcome: 'Success', renewals: [], task: { name, state: removed ? 'removed' : 'missing', problems: [] } };
}
