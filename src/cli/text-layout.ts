/** Where the right column of a list of definitions begins, and where lines end. */
export interface RowLayout {
  readonly columns: number;
  readonly indent: number;
}

/** Breaks text at blanks so that no line is longer than `columns`, unless a single word is; no line ends in a blank. */
export function wrapText(text: string, columns: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const current = lines.at(-1);
    if (current !== undefined && current.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${current} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

/** Terms on the left, their wrapped descriptions on the right; a long term has a line of its own. */
export function definitionRows(rows: readonly (readonly [string, string])[], layout: RowLayout): string {
  return rows.map(([term, text]) => definitionRow(term, text, layout)).join('\n');
}

function definitionRow(term: string, text: string, { columns, indent }: RowLayout): string {
  const margin = ' '.repeat(indent);
  const [first = '', ...rest] = wrapText(text, columns - indent).split('\n');
  const fits = term.length + 2 <= indent;
  const head = fits ? [`${term.padEnd(indent)}${first}`] : [term, `${margin}${first}`];
  return [...head, ...rest.map((line) => `${margin}${line}`)].map((line) => line.trimEnd()).join('\n');
}
