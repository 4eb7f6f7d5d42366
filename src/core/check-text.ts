const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Days with one decimal, rounded towards zero. */
export function daysOf(milliseconds: number): number {
  return Math.trunc((milliseconds / day) * 10) / 10;
}

/** A length of time in its largest fitting unit, such as `3.5 days`, `7 hours`, `0 minutes`. */
export function lasting(milliseconds: number): string {
  if (milliseconds >= 2 * day) return `${daysOf(milliseconds)} days`;
  if (milliseconds >= 2 * hour) return `${Math.floor(milliseconds / hour)} hours`;
  const minutes = Math.max(0, Math.floor(milliseconds / minute));
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
}

/** How long ago a moment was. */
export function since(moment: Date, now: Date): string {
  return `${lasting(now.getTime() - moment.getTime())} ago`;
}
