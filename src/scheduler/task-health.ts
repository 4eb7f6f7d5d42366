import { toWacsError } from '../core/errors.ts';
import type { Clock, FileStore } from '../core/ports.ts';
import type { TaskDefinition, TaskHealth } from '../core/task.ts';
import { commandPath, compareTask, type TaskEnvironment, unattendedProblems } from './compare-task.ts';
import { type RegisteredTask, readTaskXml } from './read-task-xml.ts';
import { choiceNotes, withChoices } from './task-choices.ts';

/** What judging a task needs beside its document. */
export interface HealthContext {
  readonly files: FileStore;
  readonly clock: Clock;
  readonly environment: TaskEnvironment;
}

/**
 * Health of a task from what a query printed, undefined when there is none. What an administrator may choose is noted,
 * not held against the task, unless it then runs for nobody.
 */
export async function healthOf(
  definition: TaskDefinition,
  text: string | undefined,
  context: HealthContext,
): Promise<TaskHealth> {
  const { name } = definition;
  if (text === undefined) {
    return { name, state: 'missing', problems: [`there is no scheduled task "${name}"`], notes: [] };
  }
  try {
    const registered = await readTaskXml(text);
    const problems = await problemsOf(definition, registered, context);
    const state = problems.length === 0 ? 'healthy' : 'unhealthy';
    return { name, state, problems, notes: choiceNotes(definition, registered) };
  } catch (cause) {
    const error = toWacsError(cause);
    if (error.code !== 'TaskVerificationFailed') throw error;
    return { name, state: 'unhealthy', problems: [error.message], notes: [] };
  }
}

async function problemsOf(
  definition: TaskDefinition,
  registered: RegisteredTask,
  context: HealthContext,
): Promise<readonly string[]> {
  const { environment, clock } = context;
  return [
    ...compareTask(withChoices(definition, registered), registered, { environment, now: clock.now() }),
    ...unattendedProblems(registered),
    ...(await goneProgram(registered, context)),
  ];
}

async function goneProgram(
  registered: RegisteredTask,
  { files, environment }: HealthContext,
): Promise<readonly string[]> {
  const path = commandPath(registered.command, environment);
  if (path === '' || (await files.exists(path))) return [];
  return [`the program it starts does not exist: ${path}`];
}
