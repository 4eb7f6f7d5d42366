import type { OptionValues, PluginFamily } from '../core/plugin.ts';
import { type Command, commandOfOption, optionOfCommand } from './command.ts';
import type { OptionTable, PluginUse, TableEntry } from './options.ts';
import { anyOf, usageError } from './usage-error.ts';

/** What was given, as far as the checks between options need it. */
export interface GivenArguments {
  readonly command: Command;
  /** Names in table spelling. */
  readonly given: readonly string[];
  readonly values: OptionValues;
}

/** The command among the given names. @throws WacsError UsageError when there are two. */
export function findCommand(given: readonly string[]): Command {
  const [first, second] = given.filter((name) => commandOfOption.has(name));
  if (first === undefined) return 'none';
  if (second !== undefined) {
    const aboutHelp = [first, second].includes('help');
    throw usageError(
      `--${first} and --${second} cannot be combined: each is a command of its own`,
      aboutHelp ? 'give --help alone, or with a topic' : 'run wacs once for each command',
    );
  }
  return commandOfOption.get(first) ?? 'none';
}

/**
 * Checks what options mean to each other: command, chosen plugins, exclusions, needs.
 *
 * @throws WacsError UsageError that names both sides.
 */
export function checkArguments(table: OptionTable, args: GivenArguments): void {
  for (const name of args.given) {
    const entry = table.find(name);
    if (entry === undefined) continue;
    checkCommand(entry, args.command);
    const uses = chosenUses(entry, args.values);
    for (const option of entry.uses.length === 0 ? [entry.option] : uses.map((use) => use.option)) {
      checkExclusions(name, option.excludes ?? [], args.given);
      checkNeeds(name, option.needs ?? [], args.given);
    }
  }
  checkNone(args, 'store');
  checkNone(args, 'installation');
  checkBaseUri(args);
}

function checkCommand({ option, commands, uses }: TableEntry, command: Command): void {
  if (commands === undefined || commands.includes(command)) return;
  const fitting = anyOf(commands.map(optionOfCommand));
  if (command === 'none')
    throw usageError(`--${option.name} needs ${fitting}`, `add ${fitting}, or leave --${option.name} out`);
  const why = uses.length > 0 && command === 'renew' ? ': a renewal keeps the options it was created with' : '';
  const change =
    command === 'renew' && commands.includes('create')
      ? '; to change a renewal, create it again with --source and its --id'
      : '';
  throw usageError(
    `--${option.name} cannot be combined with ${optionOfCommand(command)}${why}`,
    `use it with ${fitting}${change}`,
  );
}

function chosenUses({ option, uses }: TableEntry, values: OptionValues): readonly PluginUse[] {
  const chosen = uses.filter(({ family, plugin }) => chosenPlugins(family, values).includes(plugin));
  const [first] = uses;
  if (first === undefined || chosen.length > 0) return chosen;
  const owners = anyOf(uses.map(({ family, plugin }) => `--${family} ${plugin}`));
  const current = chosenPlugins(first.family, values).join(',');
  throw usageError(
    `--${option.name} needs ${owners}; here --${first.family} is ${current}`,
    `add ${owners}, or leave --${option.name} out`,
  );
}

function chosenPlugins(family: PluginFamily, values: OptionValues): readonly string[] {
  if (family === 'store' || family === 'installation') return values.list(family);
  return [values.text(family) ?? ''];
}

function checkExclusions(name: string, excludes: readonly string[], given: readonly string[]): void {
  const other = excludes.find((excluded) => given.includes(excluded));
  if (other !== undefined) throw usageError(`--${name} and --${other} cannot be combined`, 'leave one of them out');
}

function checkNeeds(name: string, needs: readonly string[], given: readonly string[]): void {
  if (needs.length === 0 || needs.some((needed) => given.includes(needed))) return;
  const missing = anyOf(needs.map((needed) => `--${needed}`));
  const where = needs.includes('id') ? '; wacs --list shows ids and names' : '';
  throw usageError(`--${name} needs ${missing}`, `add ${missing}${where}`);
}

function checkNone({ values }: GivenArguments, family: 'store' | 'installation'): void {
  const chosen = values.list(family);
  const other = chosen.find((plugin) => plugin !== 'none');
  if (!chosen.includes('none') || other === undefined) return;
  throw usageError(`--${family} none and --${family} ${other} cannot be combined`, 'leave one of them out');
}

/** The value is not shown: an address with a password in it is one of the ways it can be wrong. */
function checkBaseUri({ given, values }: GivenArguments): void {
  if (!given.includes('baseuri')) return;
  const url = URL.parse(values.text('baseuri') ?? '');
  const usable = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!usable) {
    throw usageError(
      'the value of --baseuri is not a web address',
      'give it in full and without user name, such as https://ca.example.com/acme/directory',
    );
  }
}
