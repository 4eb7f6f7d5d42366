import { toWacsError, type WacsError } from '../core/errors.ts';
import { eventsOf } from '../core/event-log.ts';
import type { Log } from '../core/ports.ts';
import { exitCodeOf, type Outcome } from '../exit-codes.ts';
import { toAscii } from './ascii.ts';
import { asksForCheck } from './check/asks-for-check.ts';
import { type Command, readOnlyCommands } from './command.ts';
import { renderHelp } from './help.ts';
import { keepReport } from './keep-report.ts';
import { createOptionTable, type OptionTable } from './options.ts';
import { type ParsedArguments, parseArguments } from './parse.ts';
import type { CommandHandler, CommandResult, OpenRun, Surroundings } from './run-context.ts';
import { createReport, type RunReport } from './run-report.ts';
import { showError } from './show-error.ts';
import { version } from './version.ts';

/** Each command is loaded when it is asked for. */
const handlers: Record<Exclude<Command, 'help' | 'version' | 'none' | 'check'>, () => Promise<CommandHandler>> = {
  create: async () => (await import('./commands/create.ts')).create,
  renew: async () => (await import('./commands/renew.ts')).renew,
  list: async () => (await import('./commands/list.ts')).list,
  cancel: async () => (await import('./commands/cancel.ts')).cancel,
  revoke: async () => (await import('./commands/revoke.ts')).revoke,
  register: async () => (await import('./commands/register.ts')).register,
  setuptaskscheduler: async () => (await import('./commands/setup-task-scheduler.ts')).setupTaskScheduler,
  checktaskscheduler: async () => (await import('./commands/check-task-scheduler.ts')).checkTaskScheduler,
  removetaskscheduler: async () => (await import('./commands/remove-task-scheduler.ts')).removeTaskScheduler,
  installto: async () => (await import('./commands/install-to.ts')).installTo,
};

/**
 * Runs one command line. Every failure the program knows becomes an exit code here; what it does not know is the
 * caller's to report as UnexpectedError.
 * @param argv arguments without executable and script
 * @returns the process exit code
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const table = createOptionTable(surroundings.registry);
  let args: ParsedArguments;
  try {
    args = parseArguments(argv, table, { slashPrefix: surroundings.platform === 'win32' });
    if (args.command === 'check') return await (await import('./commands/check.ts')).check(args, surroundings);
    if (!(args.command in handlers)) return showText(args, table, surroundings);
  } catch (error) {
    const failure = toWacsError(error);
    if (!asksForCheck(argv)) return refuse(failure, argv, surroundings);
    return (await import('./commands/check.ts')).refuseCheck(failure, argv, surroundings);
  }
  registerSecrets(args, table, surroundings);
  return execute(args, surroundings);
}

function showText(args: ParsedArguments, table: OptionTable, { out, err }: Surroundings): number {
  if (args.command === 'version') {
    out(`wacs ${version}\n`);
    return exitCodeOf('Success');
  }
  const help = renderHelp(table, args.helpTopic);
  if (args.command === 'help') {
    out(help);
    return exitCodeOf('Success');
  }
  err(`${help}\nerror: no command was given\n`);
  return exitCodeOf('UsageError');
}

async function execute(args: ParsedArguments, surroundings: Surroundings): Promise<number> {
  const startedAt = surroundings.now();
  let opened: OpenRun | undefined;
  let result: CommandResult;
  try {
    opened = await surroundings.open(args);
    opened.context.log.verbose(`wacs ${version}: ${args.commandLine}`);
    const handler = await handlers[args.command as keyof typeof handlers]();
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

function reportOf(result: CommandResult, { args, startedAt, opened, surroundings }: Ending): RunReport {
  return createReport(result, {
    command: args.command,
    startedAt,
    endedAt: surroundings.now(),
    ...(opened === undefined ? {} : { context: opened.context }),
  });
}

/** A command line that cannot be understood may still ask for a report. */
async function refuse(error: WacsError, argv: readonly string[], surroundings: Surroundings): Promise<number> {
  showError(error, { surroundings });
  const now = surroundings.now();
  const result: CommandResult = { outcome: error.code, renewals: [], error };
  const report = createReport(result, { command: 'none', startedAt: now, endedAt: now });
  await writeEvents(report, surroundings);
  if (argv.some((text) => /^(--?|\/)json$/i.test(text))) {
    surroundings.out(`${toAscii(JSON.stringify(report, null, 2))}\n`);
  }
  return exitCodeOf(error.code satisfies Outcome);
}

function registerSecrets(args: ParsedArguments, table: OptionTable, { addSecret }: Surroundings): void {
  for (const { option } of table.entries) {
    const value = option.secret === true ? args.values.text(option.name) : undefined;
    if (value !== undefined) addSecret(value);
  }
}

/** The event log only tells about a run; what goes wrong there changes nothing in the result. */
async function writeEvents(report: RunReport, surroundings: Surroundings, log?: Log): Promise<void> {
  const events = eventsOf(report, surroundings.now());
  if (events.length === 0) return;
  const safe = events.map((event) => ({ ...event, text: surroundings.redact(event.text) }));
  await surroundings.writeEvents(safe, (message) => log?.verbose(message));
}
