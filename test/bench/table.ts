const firstWidth = 44;
const width = 11;

/** Prints a row: the first cell to the left, the others to the right. */
export function printRow([first = '', ...cells]: readonly string[]): void {
  console.log(first.padEnd(firstWidth) + cells.map((cell) => cell.padStart(width)).join(''));
}

/** Bytes in decimal megabytes. */
export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : (bytes / 1e6).toFixed(1);
}
