import { markdownCell, renderExitCodesMarkdown } from './exit-code-text.ts';
import { groupTitles, type OptionSection, optionRow, optionSections } from './option-text.ts';
import type { OptionTable } from './options.ts';

/** A setting as its table shows it. */
export interface SettingRow {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
  readonly scope: 'all' | 'authority' | 'renewal';
}

/** What a reference is made from. */
export interface ReferenceSources {
  readonly table: OptionTable;
  readonly settings: readonly SettingRow[];
}

/**
 * Replaces what stands between `<!-- generated:exitcodes -->`, `<!-- generated:settings -->`,
 * `<!-- generated:arguments -->` and the `<!-- /generated -->` after each with the tables of this version.
 *
 * @throws Error when a block is missing.
 */
export function renderReadme(text: string, { table, settings }: ReferenceSources): string {
  const withExitCodes = replaceBlock(text, 'exitcodes', renderExitCodesMarkdown());
  const withSettings = replaceBlock(withExitCodes, 'settings', renderSettingsMarkdown(settings));
  return replaceBlock(withSettings, 'arguments', renderArgumentsMarkdown(table));
}

const places: Readonly<Record<SettingRow['scope'], string>> = {
  all: 'state folder',
  authority: 'CA folder',
  renewal: 'renewal',
};

/** The reference of all settings: one table. */
function renderSettingsMarkdown(settings: readonly SettingRow[]): string {
  const rows = settings.map(({ name, fallback, meaning, scope }) => {
    const shown = /\s/.test(fallback) || fallback === 'none' || fallback === 'empty' ? fallback : `\`${fallback}\``;
    return `| \`${name}\` | ${shown} | ${markdownCell(meaning)} | ${places[scope]} |`;
  });
  return ['| key | default | meaning | down to |', '|---|---|---|---|', ...rows].join('\n');
}

/** The reference of all arguments: a heading for each group and plugin, a table under it. */
export function renderArgumentsMarkdown(table: OptionTable): string {
  const sections = optionSections(table).filter(({ plugin, options }) => plugin !== undefined || options.length > 0);
  return sections.map((section) => renderSection(table, section)).join('\n\n');
}

function renderSection(table: OptionTable, { group, plugin, options }: OptionSection): string {
  const heading =
    plugin === undefined
      ? `### ${groupTitles[group]}`
      : `**\`--${group} ${plugin.name}\`**: ${markdownCell(plugin.description)}`;
  if (options.length === 0) return heading;
  const rows = options.map((option) => {
    const [term, text] = optionRow(table, option);
    return `| \`${term.replaceAll('|', '\\|')}\` | ${markdownCell(text)} |`;
  });
  return [heading, '', '| argument | meaning |', '|---|---|', ...rows].join('\n');
}

function replaceBlock(text: string, name: string, content: string): string {
  const start = `<!-- generated:${name} -->`;
  const end = '<!-- /generated -->';
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  const nested = text.slice(from + start.length, to).includes('<!-- generated:');
  if (from < 0 || to < 0 || nested) throw new Error(`the text has no block from ${start} to ${end}`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}
