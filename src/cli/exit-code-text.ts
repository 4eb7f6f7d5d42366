import { exitCodes } from '../exit-codes.ts';
import { definitionRows, wrapText } from './text-layout.ts';

const rules = [
  'One cause, one code. When a single renewal fails, or all that fail share a cause, the code is that cause; failures ' +
    'of different causes give 60.',
  'A certificate that was issued is kept although its task could not be registered; the code is then one of 30 to 39.',
  'Every failure has a positive code, so "if errorlevel 1" in a batch file catches it.',
];

/** The exit codes for the terminal, wrapped to `columns`. */
export function renderExitCodesText(columns: number): string {
  const rows = exitCodeRows().map(({ code, name, meaning }): [string, string] => [
    `${code}`.padStart(4),
    `${name}: ${meaning}`,
  ]);
  return [...rules.map((rule) => wrapText(rule, columns)), definitionRows(rows, { columns, indent: 7 })].join('\n\n');
}

/** The exit codes as a Markdown table. */
export function renderExitCodesMarkdown(): string {
  const rows = exitCodeRows().map(({ code, name, meaning }) => `| ${code} | ${name} | ${markdownCell(meaning)} |`);
  return ['| code | name | when |', '|---|---|---|', ...rows].join('\n');
}

/** Text that stays in its cell of a Markdown table and is no HTML. */
export function markdownCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}

function exitCodeRows(): { code: number; name: string; meaning: string }[] {
  const rows = Object.entries(exitCodes).map(([name, { code, meaning }]) => ({ code, name, meaning }));
  return rows.sort((a, b) => a.code - b.code);
}
