/** The last work on each thing that has not ended. */
const last = new Map<string, Promise<unknown>>();

/**
 * Does work on one thing after all earlier work on it in this process, so that reading and writing it back are one step
 * for renewals side by side.
 * @param key names the thing, such as a record set of a service; what has other keys is not waited for
 */
export async function inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
  const before = last.get(key);
  const result = before === undefined ? work() : before.then(work, work);
  const settled = result.then(
    () => undefined,
    () => undefined,
  );
  last.set(key, settled);
  try {
    return await result;
  } finally {
    if (last.get(key) === settled) last.delete(key);
  }
}
