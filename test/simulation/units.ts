export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A span of time, the end not included; moments are milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The first of the spans that a moment lies in. */
export function spanAt(spans: readonly Span[], moment: number): Span | undefined {
  return spans.find(({ from, to }) => from <= moment && moment < to);
}
