/** How evenly events are spread over bins of the same width. */
export interface Spread {
  readonly mean: number;
  /** The fullest bin in relation to the mean. */
  readonly peakToMean: number;
  /** Chi-square for an even spread divided by its degrees of freedom: about 1 when only chance is at work. */
  readonly chiSquare: number;
}

/** Spread of values in [from, to) over so many bins. */
export function spreadOf(values: readonly number[], bins: number, { from, to }: { from: number; to: number }): Spread {
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    if (value < from || value >= to) continue;
    const bin = Math.floor(((value - from) / (to - from)) * bins);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / bins;
  const deviation = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / mean;
  return { mean, peakToMean: Math.max(...counts) / mean, chiSquare: deviation / (bins - 1) };
}
