import { WacsError } from '../core/errors.ts';
import type { OptionDefinition } from '../core/option.ts';
import type { PluginFamily, PluginRegistry } from '../core/plugin.ts';
import type { Command } from './command.ts';
import { type MainOption, programOptions } from './main-options.ts';

/** The plugin families in the order of the help; each is chosen by the option of the same name. */
export const pluginFamilies: readonly PluginFamily[] = [
  'source',
  'order',
  'validation',
  'csr',
  'store',
  'installation',
];

/** Systems whose defaults may differ. */
export type Platform = 'win32' | 'posix';

/** A plugin as help and parser see it. */
export interface PluginSummary {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionDefinition[];
}

/** A plugin that declares an option, with its own definition of it. */
export interface PluginUse {
  readonly family: PluginFamily;
  readonly plugin: string;
  readonly option: OptionDefinition;
}

/** One name of the command line. */
export interface TableEntry {
  readonly option: OptionDefinition;
  /** Commands it may be combined with; all when absent. */
  readonly commands?: readonly Command[];
  readonly optionalValue: boolean;
  /** The plugins it belongs to; none for an option of the program itself. */
  readonly uses: readonly PluginUse[];
}

/** The one table of arguments. */
export interface OptionTable {
  /** Whose defaults count. */
  readonly platform: Platform;
  readonly entries: readonly TableEntry[];
  readonly plugins: Readonly<Record<PluginFamily, readonly PluginSummary[]>>;
  /** Looks up a name or an older spelling of it, in lower case. */
  find(name: string): TableEntry | undefined;
}

/**
 * Puts the program's options and those of all plugins into one table. Several plugins may declare the same name, with
 * the same type and secrecy.
 *
 * @throws WacsError UnexpectedError when two declarations contradict each other: a fault in the program.
 */
export function createOptionTable(registry: PluginRegistry, platform: Platform = 'posix'): OptionTable {
  const own = programOptions.map((option) => programEntry(option, registry));
  const entries = [...own, ...pluginEntries(registry)];
  const byName = indexByName(entries);
  return { platform, entries, plugins: registry, find: (name) => byName.get(name) };
}

/** The value of an option that is absent, as text. */
export function defaultOf(option: OptionDefinition, platform: Platform): string | undefined {
  return (platform === 'win32' ? option.windowsDefault : undefined) ?? option.default;
}

function programEntry(option: MainOption, registry: PluginRegistry): TableEntry {
  const { commands, optionalValue = false, ...definition } = option;
  const family = pluginFamilies.find((name) => name === option.name);
  const chosen = family === undefined ? definition : choiceOfPlugin(definition, registry[family]);
  const entry = { option: chosen, optionalValue, uses: [] };
  return commands === undefined ? entry : { ...entry, commands };
}

function choiceOfPlugin(option: OptionDefinition, plugins: readonly PluginSummary[]): OptionDefinition {
  const values = plugins.map((plugin) => plugin.name);
  for (const fallback of [option.default, option.windowsDefault]) {
    if (fallback === undefined || values.includes(fallback)) continue;
    throw tableFault(`the default of --${option.name} is ${fallback}, which is no plugin`);
  }
  return { ...option, values };
}

function pluginEntries(registry: PluginRegistry): TableEntry[] {
  const uses = pluginFamilies.flatMap((family) =>
    registry[family].flatMap(({ name, options }) => options.map((option) => ({ family, plugin: name, option }))),
  );
  const byName = Map.groupBy(uses, (use) => use.option.name);
  return [...byName.values()].map(mergeUses);
}

/** A default on which the plugins differ is left to each of them. */
function mergeUses(uses: readonly PluginUse[]): TableEntry {
  const [first] = uses;
  if (first === undefined) throw new RangeError('an option needs at least one plugin');
  for (const use of uses) requireAgreement(first, use);
  const { default: fallback, ...option } = first.option;
  const shared = fallback !== undefined && uses.every((use) => use.option.default === fallback);
  return {
    option: shared ? { ...option, default: fallback } : option,
    commands: ['create'],
    optionalValue: false,
    uses,
  };
}

function requireAgreement(first: PluginUse, other: PluginUse): void {
  const { name } = other.option;
  if (other.option.group !== other.family) {
    throw tableFault(`--${name} of ${place(other)} is in group ${other.option.group}`);
  }
  const traits = ({ option }: PluginUse) =>
    JSON.stringify([option.type, option.secret === true, option.values, option.range, option.aliases]);
  if (traits(first) !== traits(other)) {
    throw tableFault(`--${name} is declared differently by ${place(first)} and ${place(other)}`);
  }
}

function place({ family, plugin }: PluginUse): string {
  return `${family} ${plugin}`;
}

function indexByName(entries: readonly TableEntry[]): ReadonlyMap<string, TableEntry> {
  const byName = new Map<string, TableEntry>();
  for (const entry of entries) {
    requireUsableName(entry.option.name);
    for (const name of [entry.option.name, ...(entry.option.aliases ?? [])]) {
      if (byName.has(name)) throw tableFault(`--${name} is declared twice`);
      byName.set(name, entry);
    }
  }
  return byName;
}

/** minimist reads `no-x` as a negation and a dot as nesting, and drops what plain objects inherit. */
function requireUsableName(name: string): void {
  const usable = /^[a-z][a-z0-9-]*$/.test(name) && !name.startsWith('no-') && !(name in {});
  if (!usable) throw tableFault(`--${name} cannot be used as a name`);
}

function tableFault(what: string): WacsError {
  return new WacsError('UnexpectedError', `option table: ${what}`);
}
