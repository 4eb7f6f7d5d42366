import { win32 } from 'node:path';
import { toWacsError, WacsError } from '../core/errors.ts';
import type { FileStore, Log, ProcessRunner } from '../core/ports.ts';
import type { TaskDefinition, TaskHealth, TaskScheduler } from '../core/task.ts';
import { commandPath, compareTask, type TaskEnvironment } from './compare-task.ts';
import type { ConsoleDecoder } from './decode-output.ts';
import { type RegisteredTask, readTaskXml } from './read-task-xml.ts';
import { createSchtasks, type Schtasks } from './schtasks.ts';
import { encodeTaskXml, taskXml } from './task-xml.ts';

/** What the scheduler works with. */
export interface WindowsTaskSchedulerDependencies {
  readonly processes: ProcessRunner;
  readonly files: FileStore;
  readonly log: Log;
  /** `C:\Windows`, without a trailing backslash. */
  readonly systemRoot: string;
  /** Folder for the XML file; it should be one only administrators can write to. */
  readonly temporaryFolder: string;
  /** Decodes the console's code page; Western unless given. */
  readonly decodeConsole?: ConsoleDecoder | undefined;
}

interface Context extends WindowsTaskSchedulerDependencies {
  readonly schtasks: Schtasks;
  readonly environment: TaskEnvironment;
}

/**
 * Task Scheduler through schtasks.exe. Registering replaces a task in one step and reads it back; nothing is deleted
 * before. Beside the Task codes it throws AccessDenied and StorageError for the temporary file.
 */
export function createWindowsTaskScheduler(dependencies: WindowsTaskSchedulerDependencies): TaskScheduler {
  const { processes, log, systemRoot, decodeConsole } = dependencies;
  const file = win32.join(systemRoot, 'System32', 'schtasks.exe');
  const schtasks = createSchtasks({ processes, log, file, decodeConsole });
  const context: Context = { ...dependencies, schtasks, environment: environmentOf(systemRoot) };
  return {
    async register(definition) {
      const xml = taskXml(definition);
      const replaced = await isRegistered(context, definition.name);
      await withTemporaryFile(context, encodeTaskXml(xml), (path) => schtasks.create(definition.name, path));
      await verify(context, definition);
      return { name: definition.name, xml, replaced };
    },
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

/** Only for the report: a task that cannot be read (owned by others, damaged) can still be replaced. */
async function isRegistered({ schtasks, log }: Context, name: string): Promise<boolean> {
  try {
    return (await schtasks.query(name)) !== undefined;
  } catch (cause) {
    const error = toWacsError(cause);
    if (error.code !== 'TaskAccessDenied' && error.code !== 'TaskSchedulerError') throw error;
    log.verbose(`${error.message}; registering it nevertheless`);
    return false;
  }
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

async function verify(context: Context, definition: TaskDefinition): Promise<void> {
  const text = await context.schtasks.query(definition.name);
  if (text === undefined) throw unverified(definition.name, 'there is no such task');
  const problems = compareTask(definition, await readTaskXml(text), context.environment);
  if (problems.length > 0) throw unverified(definition.name, problems.join('; '));
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

async function check(context: Context, definition: TaskDefinition): Promise<TaskHealth> {
  const { name } = definition;
  const text = await context.schtasks.query(name);
  if (text === undefined) return { name, state: 'missing', problems: [`there is no scheduled task "${name}"`] };
  const problems = await problemsOf(context, definition, text);
  return { name, state: problems.length === 0 ? 'healthy' : 'unhealthy', problems };
}

async function problemsOf(context: Context, definition: TaskDefinition, text: string): Promise<readonly string[]> {
  try {
    const registered = await readTaskXml(text);
    return [...compareTask(definition, registered, context.environment), ...(await goneProgram(context, registered))];
  } catch (cause) {
    const error = toWacsError(cause);
    if (error.code !== 'TaskVerificationFailed') throw error;
    return [error.message];
  }
}

async function goneProgram({ files, environment }: Context, registered: RegisteredTask): Promise<readonly string[]> {
  const path = commandPath(registered.command, environment);
  if (path === '' || (await files.exists(path))) return [];
  return [`the program it starts does not exist: ${path}`];
}
