const pattern = /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const unitSeconds = [365 * 86400, 30 * 86400, 86400, 3600, 60, 1] as const;

/** Seconds as an xs:duration in hours, minutes and seconds: 14400 gives `PT4H`, 0 gives `PT0S`. */
export function formatDuration(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'H'],
    [Math.floor((seconds % 3600) / 60), 'M'],
    [seconds % 60, 'S'],
  ];
  const text = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`);
  return `PT${text.join('') || '0S'}`;
}

/**
 * Seconds of an xs:duration (XML Schema part 2, 3.2.6), so that `PT4H` equals `PT240M`; undefined when it is none.
 * Years count 365 days, months 30.
 */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text.trim());
  if (match === null || /[PT]$/.test(text.trim())) return undefined;
  const total = unitSeconds.reduce((sum, unit, index) => sum + unit * Number(match[index + 2] ?? 0), 0);
  return match[1] === undefined ? total : -total;
}
