import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './file-errors.ts';

/** What Windows answers while an antivirus, indexer or backup holds the file. */
const held = new Set(['EPERM', 'EACCES', 'EBUSY']);
const firstPauseMs = 10;
const longestPauseMs = 500;

/**
 * Repeats an operation while it fails with EPERM, EACCES or EBUSY, with growing pauses.
 * @param limitMs no new attempt starts after this time; the last failure is then thrown
 */
export async function retryWhileHeld<T>(operation: () => Promise<T>, limitMs: number): Promise<T> {
  const end = performance.now() + limitMs;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await operation();
    } catch (error) {
      if (!held.has(errorCode(error) ?? '') || performance.now() + pause > end) throw error;
    }
    await delay(pause);
  }
}
