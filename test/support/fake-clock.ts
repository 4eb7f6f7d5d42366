import type { Clock } from '../../src/core/ports.ts';

/** A clock that stands still between sleeps and never waits. */
export interface FakeClock extends Clock {
  /** Every sleep so far, milliseconds. */
  readonly sleeps: number[];
  advance(milliseconds: number): void;
}

export function createFakeClock(start = '2026-03-01T00:00:00Z'): FakeClock {
  let now = Date.parse(start);
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
    },
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
      now += milliseconds;
    },
  };
}
