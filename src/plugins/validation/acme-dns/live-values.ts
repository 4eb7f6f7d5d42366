/** What a server serves of one account, as far as this process has set it. */
export interface LiveValues {
  /** Values that are needed now. */
  readonly needed: Set<string>;
  /** The value that was set last. */
  newest: string | undefined;
  /** When that was, milliseconds since 1970. */
  setAt: number;
}

const known = new Map<string, LiveValues>();

/** The values of an account; the same for all renewals of a run. */
export function liveValues(server: string, fullDomain: string): LiveValues {
  const key = `${server} ${fullDomain}`;
  const found = known.get(key) ?? { needed: new Set<string>(), newest: undefined, setAt: 0 };
  known.set(key, found);
  return found;
}
