import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from '../core/ports.ts';

/** Longest delay a Node timer takes (2^31 - 1 ms); a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;
const randomSteps = 2 ** 47;

/** The machine's clock. `sleep` keeps the process alive and rejects with the signal's reason. */
export const systemClock: Clock = { now: () => new Date(), sleep };

/** Uniform random numbers in [0, 1) from the system's cryptographic generator. */
export const systemRandom: Random = { next: () => randomInt(randomSteps) / randomSteps };

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const end = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = end - performance.now()) {
    signal?.throwIfAborted();
    await delay(Math.min(left, longestTimerMs), undefined, signal === undefined ? {} : { signal }).catch((error) => {
      throw signal?.aborted ? signal.reason : error;
    });
  }
  signal?.throwIfAborted();
}
