import { nearestName } from '../core/nearest-name.ts';
import type { OptionDefinition } from '../core/option.ts';
import { renderExitCodesText } from './exit-code-text.ts';
import { examplesText, overviewText } from './help-text.ts';
import { groupTitles, type OptionSection, optionRow, optionSections } from './option-text.ts';
import type { OptionTable } from './options.ts';
import { definitionRows, wrapText } from './text-layout.ts';
import { quoted, usageError } from './usage-error.ts';
import { missingTopicHint } from './win-acme-names.ts';

const optionIndent = 26;
/** With more plugins than this, a topic would be more than a screen or two. */
const longestFamily = 8;

const secretNote =
  'Secrets are masked in output, logs and reports, and protected where they are stored. While wacs runs, the process ' +
  'list of the machine shows the command line with them: in place of a secret, each of these options takes a reference, ' +
  'vault://json/KEY (see --vaultstore), vault://environment/NAME or vault://script/KEY.';

/**
 * Help for the terminal: the overview, or a topic (a group of options, `exitcodes`, `examples`, `all`, or the name of an
 * option or plugin). ASCII, lines of at most `columns` characters, a line break at the end.
 *
 * @throws WacsError UsageError for an unknown topic.
 */
export function renderHelp(table: OptionTable, topic: string | undefined, columns = 80): string {
  return `${renderTopic(table, topic?.toLowerCase(), columns)}\n`;
}

/** What can stand after `--help`, names of options aside. */
export function helpTopics(): string[] {
  return [...Object.keys(groupTitles), 'exitcodes', 'examples', 'all'];
}

function renderTopic(table: OptionTable, topic: string | undefined, columns: number): string {
  if (topic === undefined) return overviewText(table, helpTopics(), columns);
  if (topic === 'exitcodes') return renderExitCodesText(columns);
  if (topic === 'examples') return examplesText(columns);
  if (topic === 'all') return renderSections(table, optionSections(table), columns);
  const sections = optionSections(table).filter((section) => section.group === topic);
  if (sections.length > longestFamily) return renderFamily(table, sections, columns);
  if (sections.length > 0) return renderSections(table, sections, columns);
  const plugins = optionSections(table).filter(({ plugin }) => plugin?.name === topic);
  if (plugins.length > 0) return renderSections(table, plugins, columns);
  const entry = table.find(topic.replace(/^[-/]+/, ''));
  if (entry === undefined) throw unknownTopic(table, topic);
  return renderOption(table, entry.option.name, columns);
}

/** A family with many plugins: each in a line, its options under its own name. */
export function renderFamily(table: OptionTable, sections: readonly OptionSection[], columns: number): string {
  const own = sections.filter(({ plugin }) => plugin === undefined);
  const rows = sections.flatMap(({ plugin }): [string, string][] =>
    plugin === undefined ? [] : [[`  ${plugin.name}`, plugin.description]],
  );
  const list = `Plugins\n${definitionRows(rows, { columns, indent: optionIndent })}`;
  return [renderSections(table, own, columns), list, 'The options of one: wacs --help PLUGIN'].join('\n\n');
}

function renderSections(table: OptionTable, sections: readonly OptionSection[], columns: number): string {
  const shown = sections.filter(({ plugin, options }) => plugin !== undefined || options.length > 0);
  const blocks = shown.map((section) => renderSection(table, section, columns));
  const secrets = shown.some(({ options }) => options.some((option) => option.secret === true));
  return [...blocks, ...(secrets ? [wrapText(secretNote, columns)] : [])].join('\n\n');
}

function renderSection(table: OptionTable, { group, plugin, options }: OptionSection, columns: number): string {
  const heading = plugin === undefined ? groupTitles[group] : `--${group} ${plugin.name}: ${plugin.description}`;
  const rows = renderOptions(table, options, columns);
  return rows === '' ? wrapText(heading, columns) : `${wrapText(heading, columns)}\n${rows}`;
}

function renderOptions(table: OptionTable, options: readonly OptionDefinition[], columns: number): string {
  const rows = options.map((option): [string, string] => {
    const [term, text] = optionRow(table, option);
    return [`  ${term}`, text];
  });
  return definitionRows(rows, { columns, indent: optionIndent });
}

/** An option may belong to several plugins; each section then shows it alone. */
function renderOption(table: OptionTable, name: string, columns: number): string {
  const hidden = table.find(name)?.option;
  if (hidden?.obsolete === true) return renderOptions(table, [hidden], columns);
  const only = (section: OptionSection) => ({
    ...section,
    options: section.options.filter((option) => option.name === name),
  });
  return renderSections(
    table,
    optionSections(table)
      .map(only)
      .filter(({ options }) => options.length > 0),
    columns,
  );
}

function unknownTopic(table: OptionTable, topic: string): Error {
  const known = helpTopics();
  const plugins = optionSections(table).flatMap(({ plugin }) => plugin?.name ?? []);
  const nearest = nearestName(topic, [...known, ...plugins, ...table.entries.map(({ option }) => option.name)]);
  const list = `topics: ${known.join(', ')}, or the name of an option or plugin`;
  const likely = nearest === undefined ? list : `did you mean --help ${nearest}? (${list})`;
  return usageError(`there is no help on ${quoted(topic)}`, missingTopicHint(topic) ?? likely);
}
