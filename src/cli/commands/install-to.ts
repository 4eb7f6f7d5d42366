import { join, resolve } from 'node:path';
import type { CommandResult, RunContext } from '../run-context.ts';
import { cadenceText, registerTask, requireSafePath, requireSafePlace } from './register-task.ts';

/** Name of the installed program, whatever the running one is called. */
const programName = 'wacs.exe';

/**
 * `--installto`: copies this program to a folder only administrators can write to, and registers the task for the copy.
 * Repeating it changes nothing, so a start-up script may call it at every boot.
 */
export async function installTo(context: RunContext): Promise<CommandResult> {
  const { values, log } = context;
  const folder = resolve(values.text('installto') || context.programFolder);
  const withTask = !values.flag('notaskscheduler');
  if (withTask && !values.flag('force')) await requireSafePlace(join(folder, programName), context);
  const installer = await context.installer();
  const { path, copied } = await installer.install(folder);
  log.info(copied ? `installed ${path}` : `${path} is this very program already`);
  return withTask ? registerFor(path, context) : { outcome: 'Success', renewals: [] };
}

async function registerFor(path: string, context: RunContext): Promise<CommandResult> {
  const force = context.values.flag('force');
  const definition = await context.taskDefinition({ executable: path });
  const tasks = await context.tasks();
  const { name, state, problems, notes } = await tasks.check(definition);
  if (state === 'healthy' && !force) {
    await requireSafePath(path, context, force);
    context.log.info(`scheduled task "${name}" is as it should be`);
    return { outcome: 'Success', renewals: [], task: { name, state, problems, notes } };
  }
  const { registered } = await registerTask(definition, context, { force });
  context.log.info(`scheduled task "${name}" registered: ${cadenceText(registered)}`);
  return { outcome: 'Success', renewals: [], task: { name, state: 'registered', problems, notes } };
}
