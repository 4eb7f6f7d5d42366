const longestCompared = 60;

/**
 * The known name a mistyped one most likely stood for: one it begins, or else one at a small edit distance (optimal
 * string alignment: insert, delete, replace, swap neighbours). Undefined when nothing is close.
 */
export function nearestName(mistyped: string, known: readonly string[]): string | undefined {
  const name = mistyped.toLowerCase();
  if (name.length === 0 || name.length > longestCompared) return undefined;
  const limit = Math.max(name.length > 2 ? 2 : 1, Math.floor(name.length / 3));
  const begun = name.length >= 3 ? known.find((candidate) => candidate.startsWith(name)) : undefined;
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  if (best === undefined || best.distance > limit) return begun;
  return best.distance > 1 && begun !== undefined ? begun : best.candidate;
}

function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const replaced = at(previous, column - 1) + (same ? 0 : 1);
      const shifted = Math.min(at(previous, column), at(current, column - 1)) + 1;
      current.push(Math.min(replaced, shifted, swapped ? at(beforePrevious, column - 2) + 1 : Infinity));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
