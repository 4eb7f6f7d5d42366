/** What became of one step or tier. */
export interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
}

/** The table of all results, a line of totals last: `N passed, N failed, N skipped`. */
export function renderResults(results: readonly Result[]): string {
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => results.reduce((total, row) => total + row[key], 0);
  const width = Math.max(...results.map(({ name }) => name.length), 0);
  const rows = results.map(({ name, passed, failed, skipped, durationMs }) =>
    [name.padEnd(width), cell(passed), cell(failed), cell(skipped), seconds(durationMs).padStart(11)].join(''),
  );
  const header = `${' '.repeat(width)}${cell('passed')}${cell('failed')}${cell('skipped')}${'time'.padStart(11)}`;
  const totals = `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`;
  return ['', header, ...rows, '', totals, ''].join('\n');
}

/** A duration for people. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function cell(value: string | number): string {
  return String(value).padStart(9);
}
