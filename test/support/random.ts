const longestName = 500;

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the items. */
export function pick<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** The seed of a random test: WACS_SEED to repeat a failure, otherwise the test's own. */
export function seedOr(own: number): number {
  const given = Number(process.env.WACS_SEED);
  return Number.isSafeInteger(given) && given > 0 ? given : own;
}

/** Names seed and case in front of whatever fails in the work. */
export async function inCase<Result>(name: string, seed: number, work: () => Result): Promise<Awaited<Result>> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${name.slice(0, longestName)}; repeat with WACS_SEED=${seed}: ${reason}`);
  }
}
