import { win32 } from 'node:path';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { Clock, FileStore, Log, ProcessRunner } from '../core/ports.ts';
import type { RegisterOptions, TaskDefinition, TaskHealth, TaskRegistration, TaskScheduler } from '../core/task.ts';
import { compareTask, type TaskEnvironment } from './compare-task.ts';
import type { ConsoleDecoder } from './decode-output.ts';
import { readExisting, refuseForeign } from './existing-task.ts';
import { readTaskXml } from './read-task-xml.ts';
import { createSchtasks, type Schtasks } from './schtasks.ts';
import { withChoices } from './task-choices.ts';
import { type HealthContext, healthOf } from './task-health.ts';
import { encodeTaskXml, taskXml } from './task-xml.ts';

/** What the scheduler works with. */
export interface WindowsTaskSchedulerDependencies {
  readonly processes: ProcessRunner;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  /** `C:\Windows`, without a trailing backslash. */
  readonly systemRoot: string;
  /** Folder for the XML file; it should be one only administrators can write to. */
  readonly temporaryFolder: string;
  /** Decodes the console's code page; Western unless given. */
  readonly decodeConsole?: ConsoleDecoder | undefined;
  /** Limit for one call of schtasks, milliseconds; 60 seconds unless given. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Path of the running program. */
  readonly executable?: string | undefined;
}

interface Context extends WindowsTaskSchedulerDependencies, HealthContext {
  readonly schtasks: Schtasks;
}

/**
 * Task Scheduler through schtasks.exe. Registering replaces a task in one step and reads it back; nothing is deleted
 * before. Beside the Task codes it throws AccessDenied and StorageError for the temporary file.
 */
export function createWindowsTaskScheduler(dependencies: WindowsTaskSchedulerDependencies): TaskScheduler {
  const { systemRoot } = dependencies;
  const file = win32.join(systemRoot, 'System32', 'schtasks.exe');
  const schtasks = createSchtasks({ ...dependencies, file });
  const context: Context = { ...dependencies, schtasks, environment: environmentOf(systemRoot) };
  return {
    register: (definition, options = {}) => register(context, definition, options),
    check: (definition) => check(context, definition),
    remove: (name) => schtasks.remove(name),
    describe: async (definition) => taskXml(definition),
  };
}

/** The variables that are the same for every account. */
function environmentOf(systemRoot: string): TaskEnvironment {
  return new Map([
    ['systemroot', systemRoot],
    ['windir', systemRoot],
    ['systemdrive', systemRoot.slice(0, 2)],
  ]);
}

async function register(
  context: Context,
  definition: TaskDefinition,
  { force = false }: RegisterOptions,
): Promise<TaskRegistration> {
  const { schtasks } = context;
  const { name } = definition;
  const existing = await readExisting(context, name, force);
  if (!force) refuseForeign(existing, definition, context);
  const wished = existing.task === undefined || force ? definition : withChoices(definition, existing.task);
  const xml = taskXml(wished);
  await withTemporaryFile(context, encodeTaskXml(xml), (path) => schtasks.create(name, path));
  const text = await schtasks.query(name);
  await verify(context, wished, { before: existing.text, now: text });
  const health = await healthOf(definition, text, context);
  return { name, registered: wished, xml, replaced: existing.text !== undefined, health };
}

async function check(context: Context, definition: TaskDefinition): Promise<TaskHealth> {
  return healthOf(definition, await context.schtasks.query(definition.name), context);
}

async function withTemporaryFile(
  context: Context,
  content: Uint8Array,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const { files, temporaryFolder, log } = context;
  const path = win32.join(temporaryFolder, `task-${crypto.randomUUID()}.xml`);
  await files.ensureFolder(temporaryFolder, { private: true });
  try {
    // Private: whoever could swap the file between writing and import would choose what SYSTEM runs.
    await files.writeAtomic(path, content, { private: true });
    await use(path);
  } finally {
    await files.remove(path).catch((error: unknown) => log.warning(toWacsError(error).message));
  }
}

/** What a query printed before and after the registration; undefined when there was no task. */
interface ReadBack {
  readonly before: string | undefined;
  readonly now: string | undefined;
}

async function verify(context: Context, wished: TaskDefinition, { before, now }: ReadBack): Promise<void> {
  if (now === undefined) {
    throw unverified(wished.name, before === undefined ? 'there is no such task' : 'the task is gone, the old one too');
  }
  const { environment, clock } = context;
  const problems = compareTask(wished, await readTaskXml(now), { environment, now: clock.now() });
  if (problems.length === 0) return;
  throw unverified(wished.name, `${now === before ? 'the old task is still there: ' : ''}${problems.join('; ')}`);
}

function unverified(name: string, reason: string): WacsError {
  return new WacsError(
    'TaskVerificationFailed',
    `schtasks reported success for the scheduled task "${name}", but reading it back: ${reason}`,
    {
      hint: 'look at the task in taskschd.msc; security software or a group policy may remove or change tasks',
    },
  );
}
