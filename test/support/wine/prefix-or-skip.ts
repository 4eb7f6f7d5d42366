import type { TestContext } from 'node:test';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { ensureWine } from './ensure-wine.ts';
import { createPrefix, type WinePrefix } from './wine-prefix.ts';

/**
 * A private prefix that goes away when the test ends; `undefined` after marking the test as skipped where Wine is not
 * to be had. With `CI=true` that is a failure. `prepare` may need the same environment (a double's compiler).
 */
export async function prefixOrSkip(
  t: TestContext,
  prepare: (prefix: WinePrefix) => Promise<void> = async () => {},
): Promise<WinePrefix | undefined> {
  try {
    const prefix = await createPrefix(await ensureWine((line) => t.diagnostic(line)));
    t.after(prefix.remove);
    await prepare(prefix);
    return prefix;
  } catch (error) {
    if (!(error instanceof EnvironmentUnavailable) || process.env.CI === 'true') throw error;
    t.skip(`no Wine: ${error.reason}`);
    return undefined;
  }
}
