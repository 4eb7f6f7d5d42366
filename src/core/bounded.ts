/**
 * Runs the work for every item, at most `limit` at a time, and waits for all of it; results in the order of the items.
 * A failure does not stop the others.
 */
export async function settleBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = [];
  let next = 0;
  const runLane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await settle(work, items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runLane));
  return results;
}

async function settle<Item, Result>(
  work: (item: Item) => Promise<Result>,
  item: Item,
): Promise<PromiseSettledResult<Result>> {
  try {
    return { status: 'fulfilled', value: await work(item) };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

/** Runs work, at most so many at a time; the rest waits its turn. */
export type Limiter = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A limiter; work that is begun inside of other work of the same limiter may wait for ever. */
export function createLimiter(limit: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < limit) running += 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
