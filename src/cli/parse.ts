import minimist from 'minimist';
import { nearestName } from '../core/nearest-name.ts';
import type { OptionValues } from '../core/plugin.ts';
import { checkArguments, findCommand } from './check-arguments.ts';
import type { Command } from './command.ts';
import { mayBeSecret, renderCommandLine } from './command-line.ts';
import { createOptionValues, type OptionValue, readValue } from './option-values.ts';
import type { OptionTable } from './options.ts';
import { type ParseOptions, splitArguments, type Token } from './split-arguments.ts';
import { printableText, quoted, usageError } from './usage-error.ts';
import { missingArgumentHint } from './win-acme-names.ts';

/** A command line that holds together. */
export interface ParsedArguments {
  readonly command: Command;
  readonly values: OptionValues;
  /** Names that were given, in table spelling and in their order. */
  readonly given: readonly string[];
  /** In lower case. */
  readonly helpTopic?: string;
  /** For the log; secrets masked. */
  readonly commandLine: string;
}

/**
 * Parses a command line (without executable and script) and checks it against the table. `splitArguments` describes
 * prefixes and values.
 *
 * @throws WacsError UsageError, with the argument at fault and never with a secret.
 */
export function parseArguments(argv: readonly string[], table: OptionTable, options: ParseOptions): ParsedArguments {
  const tokens = splitArguments(argv, table, options);
  rejectStrays(tokens, table);
  const read = readValues(tokens, table);
  const given = [...read.keys()];
  const command = findCommand(given);
  const values = createOptionValues(table, read);
  checkArguments(table, { command, given, values });
  const topic = command === 'help' ? values.text('help')?.toLowerCase() : undefined;
  const parsed = { command, values, given, commandLine: renderCommandLine(tokens) };
  return topic === undefined || topic === '' ? parsed : { ...parsed, helpTopic: topic };
}

/** The command line for the log, secrets masked, also when `parseArguments` refuses it. */
export function redactArguments(argv: readonly string[], table: OptionTable, options: ParseOptions): string {
  return renderCommandLine(splitArguments(argv, table, options));
}

function rejectStrays(tokens: readonly Token[], table: OptionTable): void {
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'unknown') throw unknownArgument(token.written, token.name, table);
    if (token.kind === 'word') throw strayWord(token.text, mayBeSecret(tokens, index), table);
    if (token.value === undefined && token.entry.option.type !== 'flag' && !token.entry.optionalValue) {
      throw missingValue(token.entry.option.name);
    }
  }
}

function unknownArgument(written: string, name: string, table: OptionTable): Error {
  const [firstWord = ''] = name.split(/\s/);
  const nearest = nearestName(firstWord, suggestions(table));
  const likely = nearest === undefined ? 'see wacs --help all' : `did you mean --${nearest}?`;
  if (firstWord === nearest) {
    return usageError(`--${firstWord} and its value are one argument`, 'put the double quotes around the value only');
  }
  return usageError(`unknown argument: ${printableText(written)}`, missingArgumentHint(firstWord) ?? likely);
}

function strayWord(text: string, hidden: boolean, table: OptionTable): Error {
  const quote = 'put a value with spaces between double quotes';
  if (hidden) return usageError('unexpected word after a secret value', quote);
  const nearest = nearestName(text.replace(/^\//, ''), suggestions(table));
  return usageError(`unexpected word: ${quoted(text)}`, nearest === undefined ? quote : `did you mean --${nearest}?`);
}

function missingValue(name: string): Error {
  return usageError(`--${name} needs a value`, `to give one that starts with a dash, write --${name}=VALUE`);
}

function suggestions(table: OptionTable): string[] {
  return table.entries.filter((entry) => entry.option.obsolete !== true).map((entry) => entry.option.name);
}

/** A flag set to false counts as not given. */
function readValues(tokens: readonly Token[], table: OptionTable): Map<string, OptionValue> {
  const read = new Map<string, OptionValue>();
  for (const [name, written] of gather(tokens)) {
    const entry = table.find(name);
    const value = entry === undefined ? false : readValue(entry, written);
    if (value !== false) read.set(name, value);
  }
  return read;
}

/**
 * minimist gets one form only, `--name=value` with known names and all of them strings: it then guesses nothing, neither
 * numbers nor negations, clusters of letters, nested names or whether a word is a value.
 */
function gather(tokens: readonly Token[]): readonly [string, readonly string[]][] {
  const options = tokens.filter((token) => token.kind === 'option');
  const words = options.map(({ entry, value = '' }) => `--${entry.option.name}=${value}`);
  const { _, ...named } = minimist(words, { string: options.map(({ entry }) => entry.option.name) });
  return Object.entries(named).map(([name, written]) => [name, [written].flat().map(String)]);
}
