import { nearestName } from '../core/nearest-name.ts';
import type { OptionType } from '../core/option.ts';
import type { OptionValues } from '../core/plugin.ts';
import { defaultOf, type OptionTable, type TableEntry } from './options.ts';
import { shownValue, usageError } from './usage-error.ts';
import { missingPluginHint } from './win-acme-names.ts';

/** A value by the type of its option: text, list, flag, integer. */
export type OptionValue = string | readonly string[] | boolean | number;

/**
 * Reads what was written for an option into a value of its type. Text comes back as written, text with a fixed set of
 * values in lower case, lists trimmed and without empty items.
 *
 * @throws WacsError UsageError when the text does not fit.
 */
export function readValue(entry: TableEntry, written: readonly string[]): OptionValue {
  const { option } = entry;
  const [first = ''] = written;
  if (written.length > 1 && option.type !== 'list') {
    throw usageError(`--${option.name} is given ${written.length} times`, 'give it once');
  }
  if (option.type === 'flag') return readFlag(entry, first);
  if (option.type === 'integer') return readInteger(entry, first);
  if (option.type === 'list') return readList(entry, written);
  if (first === '' && !entry.optionalValue) throw emptyValue(entry);
  return allowedValue(entry, first);
}

/** Values by name, with the table's defaults for what was not given. */
export function createOptionValues(table: OptionTable, given: ReadonlyMap<string, OptionValue>): OptionValues {
  return {
    text: (name) => lookUp(name, 'text', (value) => (typeof value === 'string' ? value : undefined)),
    list: (name) => lookUp(name, 'list', (value) => (Array.isArray(value) ? value : undefined)) ?? [],
    flag: (name) => lookUp(name, 'flag', (value) => value === true) ?? false,
    integer: (name) => lookUp(name, 'integer', (value) => (typeof value === 'number' ? value : undefined)),
  };

  function lookUp<T>(name: string, type: OptionType, narrow: (value: OptionValue) => T | undefined): T | undefined {
    const entry = table.find(name);
    if (entry?.option.type !== type) throw new RangeError(`there is no option --${name} of type ${type}`);
    const value = given.get(entry.option.name);
    if (value !== undefined) return narrow(value);
    const fallback = defaultOf(entry.option, table.platform);
    return fallback === undefined ? undefined : narrow(readValue(entry, [fallback]));
  }
}

function readFlag({ option }: TableEntry, written: string): boolean {
  const word = written.toLowerCase();
  if (word === '' || word === 'true') return true;
  if (word === 'false') return false;
  throw usageError(
    `--${option.name} takes no value such as ${shownValue(option, written)}`,
    `write only --${option.name}`,
  );
}

function readInteger(entry: TableEntry, written: string): number {
  const { option } = entry;
  if (written === '') throw emptyValue(entry);
  const [smallest, largest] = option.range ?? [0, Number.MAX_SAFE_INTEGER];
  const value = /^[+-]?\d{1,16}$/.test(written) ? Number(written) : Number.NaN;
  if (value >= smallest && value <= largest) return value;
  throw usageError(
    `the value of --${option.name} is not a whole number in its range: ${shownValue(option, written)}`,
    `give a whole number from ${smallest} to ${largest}`,
  );
}

function readList(entry: TableEntry, written: readonly string[]): readonly string[] {
  const items = written.flatMap((text) => text.split(',')).map((item) => item.trim());
  const values = items.filter((item) => item !== '').map((item) => allowedValue(entry, item));
  if (values.length === 0) throw emptyValue(entry);
  return [...new Set(values)];
}

function allowedValue({ option }: TableEntry, written: string): string {
  if (option.values === undefined) return written;
  const value = written.toLowerCase();
  if (option.values.includes(value)) return value;
  const nearest = nearestName(value, option.values);
  const known = `known: ${option.values.join(', ')}`;
  const likely = nearest === undefined ? known : `did you mean --${option.name} ${nearest}? (${known})`;
  const missing = missingPluginHint(option.name, value);
  throw usageError(
    `unknown value for --${option.name}: ${shownValue(option, written)}`,
    missing === undefined ? likely : `${missing} (${known})`,
  );
}

function emptyValue({ option }: TableEntry): Error {
  return usageError(`the value of --${option.name} is empty`, `give a value, or leave --${option.name} out`);
}
