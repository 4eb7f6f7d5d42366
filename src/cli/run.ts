import { toWacsError } from '../core/errors.ts';
import { looksLikeReference } from '../core/secret-reference.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { asksForCheck } from './check/asks-for-check.ts';
import { createOptionTable, type OptionTable } from './options.ts';
import { type ParsedArguments, parseArguments, redactArguments } from './parse.ts';
import type { Surroundings } from './run-context.ts';
import { version } from './version.ts';

/**
 * Runs one command line. Every failure the program knows becomes an exit code here; what it does not know is the
 * caller's to report as UnexpectedError. Each part is loaded when it is asked for: start-up counts in every batch file.
 * @param argv arguments without executable and script
 * @returns the process exit code
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const table = createOptionTable(surroundings.registry, surroundings.platform);
  const options = { slashPrefix: surroundings.platform === 'win32' };
  let args: ParsedArguments;
  try {
    args = parseArguments(argv, table, options);
    if (args.command === 'version') return showVersion(surroundings);
    if (args.command === 'settingsschema') return await showSettingsSchema(surroundings);
    if (args.command === 'check') return await (await import('./commands/check.ts')).check(args, surroundings);
    if (args.command === 'help' || args.command === 'none') return await showHelp(args, table, surroundings);
  } catch (error) {
    const failure = toWacsError(error);
    if (asksForCheck(argv)) return (await import('./commands/check.ts')).refuseCheck(failure, argv, surroundings);
    const commandLine = redactArguments(argv, table, options);
    return (await import('./execute.ts')).refuse(failure, { argv, commandLine }, surroundings);
  }
  registerSecrets(args, table, surroundings);
  return (await import('./execute.ts')).execute(args, surroundings);
}

function showVersion({ out }: Surroundings): number {
  out(`wacs ${version}\n`);
  return exitCodeOf('Success');
}

async function showSettingsSchema({ out, settingsSchema }: Surroundings): Promise<number> {
  out(`${JSON.stringify(await settingsSchema(), null, 2)}\n`);
  return exitCodeOf('Success');
}

async function showHelp(args: ParsedArguments, table: OptionTable, { out, err }: Surroundings): Promise<number> {
  const { renderHelp } = await import('./help.ts');
  const help = renderHelp(table, args.helpTopic);
  if (args.command === 'help') {
    out(help);
    return exitCodeOf('Success');
  }
  err(`${help}\nerror: no command was given\n`);
  return exitCodeOf('UsageError');
}

function registerSecrets(args: ParsedArguments, table: OptionTable, { addSecret }: Surroundings): void {
  for (const { option } of table.entries) {
    const value = option.secret === true ? args.values.text(option.name) : undefined;
    // A reference is no secret, and a message that names it must stay readable.
    if (value !== undefined && !looksLikeReference(value)) addSecret(value);
  }
}
