import type { Clock } from '../../../src/core/ports.ts';

/** The machine's time, but a sleep is over at once and time has passed. */
export interface QuickClock extends Clock {
  /** Every sleep so far, milliseconds. */
  readonly sleeps: number[];
}

export function createQuickClock(): QuickClock {
  let slept = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(Date.now() + slept),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      if (milliseconds > 0) sleeps.push(milliseconds);
      slept += milliseconds;
      // Requests that are under way get on meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 2));
      signal?.throwIfAborted();
    },
  };
}
