import type { OptionDefinition, OptionGroup } from '../core/option.ts';
import { type Command, optionOfCommand } from './command.ts';
import { type OptionTable, pluginFamilies, type TableEntry } from './options.ts';
import { anyOf } from './usage-error.ts';

/** Options under one heading: a group of the program's own, or those of one plugin. */
export interface OptionSection {
  readonly group: OptionGroup;
  /** `undefined` for the group's own options. */
  readonly plugin?: { readonly name: string; readonly description: string };
  readonly options: readonly OptionDefinition[];
}

/** Groups in the order of the help, with what they are about. */
export const groupTitles: Readonly<Record<OptionGroup, string>> = {
  main: 'Commands and general options',
  account: 'Account at the CA',
  secrets: 'Secrets: the vault and how secrets are stored',
  task: 'Scheduled task',
  check: 'Monitoring: a Nagios plug-in with exit codes of its own',
  output: 'Output',
  source: 'Source: which names',
  order: 'Order: how names are spread over certificates',
  validation: 'Validation: proof of control',
  csr: 'CSR: private key',
  store: 'Store: where the certificate is kept',
  installation: 'Installation: what puts it to use',
};

/** Every section of the table in the order of the help; obsolete names left out. */
export function optionSections(table: OptionTable): OptionSection[] {
  const groups = Object.keys(groupTitles).filter((name): name is OptionGroup => name in groupTitles);
  return groups.flatMap((group) => [ownSection(table, group), ...pluginSections(table, group)]);
}

/** `--name VALUE`, as it is typed. */
export function optionTerm(option: OptionDefinition, optionalValue = false): string {
  if (option.type === 'flag') return `--${option.name}`;
  const value = option.valueName ?? 'VALUE';
  return `--${option.name} ${optionalValue ? `[${value}]` : value}`;
}

/** Description with everything the table knows: values, range, default, company it needs or excludes. */
export function optionText(option: OptionDefinition, commands?: readonly Command[]): string {
  const { values, range, needs, excludes, aliases } = option;
  const names = (list: readonly string[]) => anyOf(list.map((name) => `--${name}`));
  const remarks = [
    commands !== undefined && !commands.includes('create') && `only with ${anyOf(commands.map(optionOfCommand))}`,
    values !== undefined && `one of ${values.join(', ')}`,
    range !== undefined && `${range[0]} to ${range[1]}`,
    needs !== undefined && `needs ${names(needs)}`,
    excludes !== undefined && `not with ${names(excludes)}`,
    option.default !== undefined && `default ${defaultText(option)}`,
    aliases !== undefined && `also ${anyOf(aliases.map(aliasTerm))}`,
    option.secret === true && 'secret',
  ].filter((remark) => remark !== false);
  return remarks.length === 0 ? option.description : `${option.description} (${remarks.join('; ')})`;
}

/** Term and text of an option as the table knows it. */
export function optionRow(table: OptionTable, option: OptionDefinition): [string, string] {
  const entry = table.find(option.name);
  const own: TableEntry | undefined = entry?.uses.length === 0 ? entry : undefined;
  return [optionTerm(option, own?.optionalValue), optionText(option, own?.commands)];
}

function defaultText({ default: fallback, windowsDefault }: OptionDefinition): string {
  return windowsDefault === undefined ? `${fallback}` : `${windowsDefault} on Windows, ${fallback} elsewhere`;
}

function aliasTerm(alias: string): string {
  return alias.length === 1 ? `-${alias}` : `--${alias}`;
}

function ownSection(table: OptionTable, group: OptionGroup): OptionSection {
  const own = table.entries.filter(({ uses, option }) => uses.length === 0 && option.group === group);
  return { group, options: own.map(({ option }) => option).filter((option) => option.obsolete !== true) };
}

function pluginSections(table: OptionTable, group: OptionGroup): OptionSection[] {
  const family = pluginFamilies.find((name) => name === group);
  if (family === undefined) return [];
  return table.plugins[family].map(({ name, description, options }) => ({
    group,
    plugin: { name, description },
    options: options.filter((option) => option.obsolete !== true),
  }));
}
