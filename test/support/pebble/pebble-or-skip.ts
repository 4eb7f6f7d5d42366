import type { TestContext } from 'node:test';
import { EnvironmentUnavailable } from './environment-unavailable.ts';
import { type Pebble, startPebble } from './pebble.ts';
import type { PebbleOptions } from './pebble-config.ts';

/**
 * A Pebble that stops when the test ends; `undefined` after marking the test as skipped where Pebble is not to be had.
 * With `CI=true` that is a failure.
 */
export async function pebbleOrSkip(t: TestContext, options: PebbleOptions = {}): Promise<Pebble | undefined> {
  try {
    const pebble = await startPebble(options, (line) => t.diagnostic(line));
    t.after(pebble.stop);
    return pebble;
  } catch (error) {
    if (!(error instanceof EnvironmentUnavailable) || process.env.CI === 'true') throw error;
    t.skip(`no Pebble: ${error.reason}`);
    return undefined;
  }
}
