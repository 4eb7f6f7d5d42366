import { combineFailures, toWacsError, WacsError } from './errors.ts';
import type { Log } from './ports.ts';

/** Longest time for one item, milliseconds. */
const itemLimitMs = 90_000;

/** Something of this system that is tried out. */
export interface SelfTestItem {
  readonly name: string;
  /**
   * Tries it, and leaves nothing behind. @returns what was seen, as a phrase.
   * @throws SkippedItem when it cannot be tried here; WacsError when it does not work.
   */
  run(): Promise<string>;
}

/** What cannot be tried here says why. */
export class SkippedItem extends Error {}

/** What became of an item. */
export interface SelfTestResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
  readonly error?: WacsError;
}

/** Tries all items, one after the other; one that fails does not stop the others. */
export async function runSelfTest(items: readonly SelfTestItem[], log: Log): Promise<readonly SelfTestResult[]> {
  const results: SelfTestResult[] = [];
  for (const item of items) {
    const result = await runItem(item);
    results.push(result);
    const line = `${result.outcome.padEnd(7)}  ${result.name}: ${result.detail}`;
    if (result.outcome === 'failed') log.error(line);
    else log.info(line);
  }
  return results;
}

async function runItem({ name, run }: SelfTestItem): Promise<SelfTestResult> {
  try {
    return { name, outcome: 'passed', detail: await withinLimit(run()) };
  } catch (error) {
    if (error instanceof SkippedItem) return { name, outcome: 'skipped', detail: error.message };
    const failure = toWacsError(error);
    return { name, outcome: 'failed', detail: failure.message, error: failure };
  }
}

async function withinLimit(work: Promise<string>): Promise<string> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new WacsError('UnexpectedError', `no result within ${itemLimitMs / 1000} s`);
  const timer = setTimeout(() => reject(late), itemLimitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The failure behind the results: that of the one item that failed, or one for all; undefined when none did. */
export function selfTestFailure(results: readonly SelfTestResult[]): WacsError | undefined {
  const failures = results.flatMap(({ error }) => error ?? []);
  if (failures.length === 0) return undefined;
  const names = results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  return combineFailures(failures, `${failures.length} of ${results.length} items failed: ${names.join(', ')}`);
}
