import { toWacsError, type WacsError } from '../core/errors.ts';
import { exitCodeOf, type Outcome } from '../exit-codes.ts';
import type { Command } from './command.ts';
import { renderHelp } from './help.ts';
import { createOptionTable, type OptionTable } from './options.ts';
import { type ParsedArguments, parseArguments } from './parse.ts';
import type { CommandHandler, CommandResult, OpenRun, Surroundings } from './run-context.ts';
import { createReport, type RunReport } from './run-report.ts';
import { showError } from './show-error.ts';
import { version } from './version.ts';

/** Each command is loaded when it is asked for. */
const handlers: Record<Exclude<Command, 'help' | 'version' | 'none'>, () => Promise<CommandHandler>> = {
  create: async () => (await import('./commands/create.ts')).create,
  renew: async () => (await import('./commands/renew.ts')).renew,
  list: async () => (await import('./commands/list.ts')).list,
  cancel: async () => (await import('./commands/cancel.ts')).cancel,
  revoke: async () => (await import('./commands/revoke.ts')).revoke,
  register: async () => (await import('./commands/register.ts')).register,
  setuptaskscheduler: async () => (await import('./commands/setup-task-scheduler.ts')).setupTaskScheduler,
  removetaskscheduler: async () => (await import('./commands/remove-task-scheduler.ts')).removeTaskScheduler,
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
    if (!(args.command in handlers)) return showText(args, table, surroundings);
  } catch (error) {
    return refuse(toWacsError(error), argv, surroundings);
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
    result = await handler(opened.context);
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
    if (args.command !== 'list') await opened?.writeStatus(report);
  } catch (error) {
    const failure = toWacsError(error, 'StorageError');
    final = result.error === undefined ? { ...result, outcome: failure.code, error: failure } : result;
    report = reportOf(final, ending);
  }
  if (final.error !== undefined) showError(final.error, { surroundings, log: opened?.context.log });
  if (args.values.flag('json')) surroundings.out(`${toAscii(JSON.stringify(final.listing ?? report, null, 2))}\n`);
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
function refuse(error: WacsError, argv: readonly string[], surroundings: Surroundings): number {
  showError(error, { surroundings });
  const now = surroundings.now();
  const result: CommandResult = { outcome: error.code, renewals: [], error };
  if (argv.some((text) => /^(--?|\/)json$/i.test(text))) {
    const report = createReport(result, { command: 'none', startedAt: now, endedAt: now });
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

/** Redirected output is read in many code pages; ASCII is the same in all of them. */
function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
