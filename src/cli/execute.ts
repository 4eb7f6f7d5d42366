import { toWacsError, type WacsError } from '../core/errors.ts';
import { eventsOf, type LoggedRun } from '../core/event-log.ts';
import type { Log } from '../core/ports.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { toAscii } from './ascii.ts';
import { type Command, readOnlyCommands } from './command.ts';
import { keepReport } from './keep-report.ts';
import { mapTexts } from './map-texts.ts';
import type { ParsedArguments } from './parse.ts';
import type { CommandHandler, CommandResult, OpenRun, Surroundings } from './run-context.ts';
import { createReport, type RunReport } from './run-report.ts';
import { showError } from './show-error.ts';
import { version } from './version.ts';

/** A command that works on the state, in contrast to showing text. */
export type WorkingCommand = Exclude<Command, 'help' | 'version' | 'none' | 'check' | 'settingsschema'>;

/** Each command is loaded when it is asked for. */
const handlers: Record<WorkingCommand, () => Promise<CommandHandler>> = {
  create: async () => (await import('./commands/create.ts')).create,
  renew: async () => (await import('./commands/renew.ts')).renew,
  list: async () => (await import('./commands/list.ts')).list,
  cancel: async () => (await import('./commands/cancel.ts')).cancel,
  revoke: async () => (await import('./commands/revoke.ts')).revoke,
  register: async () => (await import('./commands/register.ts')).register,
  rollover: async () => (await import('./commands/rollover.ts')).rollover,
  deactivateaccount: async () => (await import('./commands/deactivate-account.ts')).deactivateAccount,
  setuptaskscheduler: async () => (await import('./commands/setup-task-scheduler.ts')).setupTaskScheduler,
  checktaskscheduler: async () => (await import('./commands/check-task-scheduler.ts')).checkTaskScheduler,
  removetaskscheduler: async () => (await import('./commands/remove-task-scheduler.ts')).removeTaskScheduler,
  encrypt: async () => (await import('./commands/encrypt.ts')).encrypt,
  vaultstore: async () => (await import('./commands/vault-store.ts')).vaultStore,
  vaultdelete: async () => (await import('./commands/vault-delete.ts')).vaultDelete,
  selftest: async () => (await import('./commands/self-test.ts')).selfTest,
  config: async () => (await import('./commands/config.ts')).config,
  installto: async () => (await import('./commands/install-to.ts')).installTo,
};

/** Runs a command and reports what became of it. @returns the process exit code */
export async function execute(args: ParsedArguments, surroundings: Surroundings): Promise<number> {
  const startedAt = surroundings.now();
  let opened: OpenRun | undefined;
  let result: CommandResult;
  try {
    opened = await surroundings.open(args);
    opened.context.log.verbose(`wacs ${version}: ${args.commandLine}`);
    const handler = await handlers[args.command as WorkingCommand]();
    result = await Promise.race([handler(opened.context), opened.overdue]);
  } catch (error) {
    const failure = toWacsError(error);
    result = { outcome: failure.code, renewals: [], error: failure };
  }
  return finish(result, { args, startedAt, opened, surroundings });
}

interface Ending {
  readonly args: ParsedArguments;
  readonly startedAt: Date;
  readonly opened: OpenRun | undefined;
  readonly surroundings: Surroundings;
}

/** Reports come last and belong to the contract: a status file that cannot be written is a failure of its own. */
async function finish(result: CommandResult, ending: Ending): Promise<number> {
  const { args, opened, surroundings } = ending;
  let final = result;
  let report = reportOf(final, ending);
  try {
    if (opened !== undefined && !readOnlyCommands.has(args.command)) await keepReport(report, args, opened);
  } catch (error) {
    const failure = toWacsError(error, 'StorageError');
    final = result.error === undefined ? { ...result, outcome: failure.code, error: failure } : result;
    report = reportOf(final, ending);
  }
  if (final.error !== undefined) showError(final.error, { surroundings, log: opened?.context.log });
  if (args.values.flag('json')) surroundings.out(`${toAscii(JSON.stringify(final.listing ?? report, null, 2))}\n`);
  if (!readOnlyCommands.has(args.command)) await writeEvents(report, surroundings, opened?.context.log);
  opened?.context.log.verbose(`exit code ${report.exitCode} (${report.exitName})`);
  await opened?.close();
  return report.exitCode;
}

/** A script of the administrator may have said a secret that stands in a message now. */
function reportOf(result: CommandResult, { args, startedAt, opened, surroundings }: Ending): RunReport {
  const report = createReport(result, {
    command: args.command,
    startedAt,
    endedAt: surroundings.now(),
    ...(opened === undefined ? {} : { context: opened.context }),
  });
  return mapTexts(report, surroundings.redact);
}

/** A command line that was refused. */
export interface RefusedLine {
  readonly argv: readonly string[];
  /** For the event log, where nobody sees what was typed; secrets masked. */
  readonly commandLine: string;
}

/** Reports a command line that cannot be understood; it may still ask for a report. @returns the process exit code */
export async function refuse(
  error: WacsError,
  { argv, commandLine }: RefusedLine,
  surroundings: Surroundings,
): Promise<number> {
  showError(error, { surroundings });
  const now = surroundings.now();
  const result: CommandResult = { outcome: error.code, renewals: [], error };
  const report = createReport(result, { command: 'none', startedAt: now, endedAt: now });
  await writeEvents({ ...report, commandLine }, surroundings);
  if (argv.some((text) => /^(--?|\/)json$/i.test(text))) {
    surroundings.out(`${toAscii(JSON.stringify(report, null, 2))}\n`);
  }
  return exitCodeOf(error.code);
}

/** The event log only tells about a run; what goes wrong there changes nothing in the result. */
async function writeEvents(report: LoggedRun, surroundings: Surroundings, log?: Log): Promise<void> {
  const events = eventsOf(report, surroundings.now());
  if (events.length === 0) return;
  const safe = events.map((event) => ({ ...event, text: surroundings.redact(event.text) }));
  await surroundings.writeEvents(safe, (message) => log?.verbose(message));
}
