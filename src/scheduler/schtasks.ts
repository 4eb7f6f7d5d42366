import { WacsError } from '../core/errors.ts';
import type { Clock, Log, ProcessResult, ProcessRunner } from '../core/ports.ts';
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
  readonly clock: Clock;
  /** Limit for one call of schtasks, milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Ends the waiting for a busy service. */
  readonly signal?: AbortSignal | undefined;
}

interface Client extends SchtasksDependencies {
  readonly timeoutMs: number;
  /** Pauses that are left for a service that is busy; one budget for all calls. */
  readonly pauses: number[];
}

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams on one line, for people only: the words are translated. */
  readonly text: string;
}

const defaultTimeoutMs = 60_000;
/** 30 seconds in all: what a service that is starting up needs, and what a start-up script can spare. */
const busyPausesMs: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000];
const maxOutputBytes = 4 * 1024 * 1024;
const maxTextLength = 500;
/** Task missing, or its folder ([MS-ERREF] 2.2, ERROR_FILE_NOT_FOUND and ERROR_PATH_NOT_FOUND as HRESULTs). */
const absent: ReadonlySet<number> = new Set([0x80070002, 0x80070003]);
/** The service will answer soon: too busy, RPC interface not registered yet, RPC server not up yet. */
const transient: ReadonlySet<number> = new Set([0x80041323, 0x800706b5, 0x800706ba]);

/**
 * A client of schtasks.exe. It asks for HRESULTs as exit codes and trusts nothing else: the texts are localized. `/F`
 * keeps it from asking questions. A service that is busy or starting is asked again, for 30 seconds in all.
 */
export function createSchtasks(dependencies: SchtasksDependencies): Schtasks {
  const client: Client = {
    ...dependencies,
    timeoutMs: dependencies.timeoutMs ?? defaultTimeoutMs,
    pauses: [...busyPausesMs],
  };
  return {
    async create(name, xmlFile) {
      const action = `register the scheduled task "${name}"`;
      const outcome = await run(client, action, ['/Create', '/TN', name, '/XML', xmlFile, '/F']);
      if (!isSuccess(outcome.exitCode)) throw hresultError(outcome.exitCode, action, outcome.text);
      if (isSuccessWithWarning(outcome.exitCode))
        dependencies.log.warning(`scheduled task "${name}": ${meaning(outcome.exitCode)}`);
    },
    async query(name) {
      const action = `read the scheduled task "${name}"`;
      const outcome = await run(client, action, ['/Query', '/TN', name, '/XML', 'ONE']);
      if (absent.has(outcome.exitCode)) return undefined;
      if (!isSuccess(outcome.exitCode)) throw hresultError(outcome.exitCode, action, outcome.text);
      return outcome.stdout;
    },
    async remove(name) {
      const action = `remove the scheduled task "${name}"`;
      const outcome = await run(client, action, ['/Delete', '/TN', name, '/F']);
      if (absent.has(outcome.exitCode)) return false;
      if (!isSuccess(outcome.exitCode)) throw hresultError(outcome.exitCode, action, outcome.text);
      return true;
    },
  };
}

async function run(client: Client, action: string, verb: readonly string[]): Promise<Outcome> {
  for (;;) {
    const outcome = await runOnce(client, action, verb);
    const pause = transient.has(outcome.exitCode) ? client.pauses.shift() : undefined;
    if (pause === undefined) return outcome;
    client.log.verbose(`trying again in ${pause / 1000} s: ${meaning(outcome.exitCode)}`);
    await client.clock.sleep(pause, client.signal);
  }
}

async function runOnce(client: Client, action: string, verb: readonly string[]): Promise<Outcome> {
  const args = [...verb, '/HRESULT'];
  client.log.verbose(`running ${client.file} ${args.map(shown).join(' ')}`);
  const result = await start(client, action, args);
  if (result.timedOut) throw timeout(action, client.timeoutMs);
  if (result.exitCode === undefined) {
    throw new WacsError('TaskSchedulerError', `cannot ${action}: schtasks ended without an exit code`, {
      hint: 'run the command again',
    });
  }
  const outcome = toOutcome(result, result.exitCode, client.decodeConsole);
  if (!isSuccess(outcome.exitCode)) {
    client.log.verbose(`schtasks ended with ${formatHresult(outcome.exitCode)}${outcome.text && `: ${outcome.text}`}`);
  }
  return outcome;
}

async function start(
  { processes, file, timeoutMs }: Client,
  action: string,
  args: readonly string[],
): Promise<ProcessResult> {
  try {
    return await processes.run({ file, args, timeoutMs, maxOutputBytes });
  } catch (cause) {
    if (!(cause instanceof WacsError) || cause.code !== 'StorageError') throw cause;
    throw new WacsError('TaskSchedulerUnavailable', `cannot ${action}: ${file} cannot be started: ${cause.message}`, {
      hint: 'check that schtasks.exe exists and that no software restriction policy blocks it',
      cause,
    });
  }
}

function toOutcome(result: ProcessResult, exitCode: number, decodeConsole: ConsoleDecoder | undefined): Outcome {
  const stdout = decodeOutput(result.stdout, decodeConsole);
  const text = `${decodeOutput(result.stderr, decodeConsole)} ${stdout}`.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return { exitCode: exitCode >>> 0, stdout, text: text.slice(0, maxTextLength) };
}

function timeout(action: string, timeoutMs: number): WacsError {
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
