import { WacsError } from '../core/errors.ts';
import type { Log, ProcessResult, ProcessRunner } from '../core/ports.ts';
import { type ConsoleDecoder, decodeOutput } from './decode-output.ts';
import { describeHresult, formatHresult, hresultError, isSuccess, isSuccessWithWarning } from './hresults.ts';

/** The three verbs of schtasks.exe that are needed. All failures are `WacsError` with one of the Task codes. */
export interface Schtasks {
  /** Registers the task of an XML file, in place of an older one of that name. */
  create(name: string, xmlFile: string): Promise<void>;
  /** What `/Query /XML ONE` printed; undefined when there is no such task. */
  query(name: string): Promise<string | undefined>;
  /** False when there is no such task. */
  remove(name: string): Promise<boolean>;
}

/** What the client works with. */
export interface SchtasksDependencies {
  readonly processes: ProcessRunner;
  readonly log: Log;
  /** Absolute path of schtasks.exe. */
  readonly file: string;
  readonly decodeConsole?: ConsoleDecoder | undefined;
}

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams on one line, for people only: the words are translated. */
  readonly text: string;
}

const timeoutMs = 60_000;
const maxOutputBytes = 4 * 1024 * 1024;
const maxTextLength = 500;
/** Task missing, or its folder ([MS-ERREF] 2.2, ERROR_FILE_NOT_FOUND and ERROR_PATH_NOT_FOUND as HRESULTs). */
const absent: ReadonlySet<number> = new Set([0x80070002, 0x80070003]);

/**
 * A client of schtasks.exe. It asks for HRESULTs as exit codes and trusts nothing else: the texts are localized. `/F`
 * keeps it from asking questions.
 */
export function createSchtasks(dependencies: SchtasksDependencies): Schtasks {
  return {
    async create(name, xmlFile) {
      const action = `register the scheduled task "${name}"`;
      const outcome = await run(dependencies, action, ['/Create', '/TN', name, '/XML', xmlFile, '/F']);
      if (!isSuccess(outcome.exitCode)) throw hresultError(outcome.exitCode, action, outcome.text);
      if (isSuccessWithWarning(outcome.exitCode))
        dependencies.log.warning(`scheduled task "${name}": ${meaning(outcome.exitCode)}`);
    },
    async query(name) {
      const action = `read the scheduled task "${name}"`;
      const outcome = await run(dependencies, action, ['/Query', '/TN', name, '/XML', 'ONE']);
      if (absent.has(outcome.exitCode)) return undefined;
      if (!isSuccess(outcome.exitCode)) throw hresultError(outcome.exitCode, action, outcome.text);
      return outcome.stdout;
    },
    async remove(name) {
      const action = `remove the scheduled task "${name}"`;
      const outcome = await run(dependencies, action, ['/Delete', '/TN', name, '/F']);
      if (absent.has(outcome.exitCode)) return false;
      if (!isSuccess(outcome.exitCode)) throw hresultError(outcome.exitCode, action, outcome.text);
      return true;
    },
  };
}

async function run(dependencies: SchtasksDependencies, action: string, verb: readonly string[]): Promise<Outcome> {
  const args = [...verb, '/HRESULT'];
  dependencies.log.verbose(`running ${dependencies.file} ${args.map(shown).join(' ')}`);
  const result = await start(dependencies, action, args);
  if (result.timedOut) throw timeout(action);
  if (result.exitCode === undefined) {
    throw new WacsError('TaskSchedulerError', `cannot ${action}: schtasks ended without an exit code`, {
      hint: 'run the command again',
    });
  }
  const outcome = toOutcome(result, result.exitCode, dependencies.decodeConsole);
  if (!isSuccess(outcome.exitCode)) {
    dependencies.log.verbose(
      `schtasks ended with ${formatHresult(outcome.exitCode)}${outcome.text && `: ${outcome.text}`}`,
    );
  }
  return outcome;
}

async function start(
  dependencies: SchtasksDependencies,
  action: string,
  args: readonly string[],
): Promise<ProcessResult> {
  try {
    return await dependencies.processes.run({ file: dependencies.file, args, timeoutMs, maxOutputBytes });
  } catch (cause) {
    if (!(cause instanceof WacsError) || cause.code === 'Interrupted') throw cause;
    throw new WacsError(
      'TaskSchedulerUnavailable',
      `cannot ${action}: ${dependencies.file} cannot be started: ${cause.message}`,
      {
        hint: 'check that schtasks.exe exists and that no software restriction policy blocks it',
        cause,
      },
    );
  }
}

function toOutcome(result: ProcessResult, exitCode: number, decodeConsole: ConsoleDecoder | undefined): Outcome {
  const stdout = decodeOutput(result.stdout, decodeConsole);
  const text = `${decodeOutput(result.stderr, decodeConsole)} ${stdout}`.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return { exitCode: exitCode >>> 0, stdout, text: text.slice(0, maxTextLength) };
}

function timeout(action: string): WacsError {
  return new WacsError(
    'TaskSchedulerTimeout',
    `cannot ${action}: schtasks did not end within ${timeoutMs / 1000} seconds`,
    {
      hint: 'Task Scheduler does not answer: restart its service or the server, then run the command again',
    },
  );
}

function meaning(code: number): string {
  const info = describeHresult(code);
  return info === undefined ? formatHresult(code) : `${info.meaning} (${formatHresult(code)} ${info.name})`;
}

function shown(argument: string): string {
  return /\s/.test(argument) ? `"${argument}"` : argument;
}
