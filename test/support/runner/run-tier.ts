import { once } from 'node:events';
import { type EventData, run } from 'node:test';
import { spec } from 'node:test/reporters';
import { projectRoot } from '../run-wacs.ts';
import { killDescendants } from './kill-descendants.ts';
import { type Result, seconds } from './result.ts';
import type { Tier } from './tiers.ts';

/** Runs the tests of a tier, everything they report shown as it comes. What still runs at the tier's limit is killed. */
export async function runTier(tier: Tier, files: string[], signal: AbortSignal): Promise<Result> {
  const start = performance.now();
  console.log(`\n=== ${tier.name}: ${tier.title}, ${files.length} files`);
  const counts = files.length === 0 ? noFiles(tier) : await runFiles(files, tier, signal);
  const durationMs = performance.now() - start;
  const { passed, failed, skipped } = counts;
  console.log(`=== ${tier.name}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds(durationMs)}`);
  return { name: tier.name, durationMs, ...counts };
}

/** A tier that cannot run here counts as one skipped test. */
export function skipTier({ name, title }: Tier, reason: string): Result {
  console.log(`\n=== ${name}: SKIPPED: ${title}: ${reason}`);
  return { name, passed: 0, failed: 0, skipped: 1, durationMs: 0 };
}

type Counts = Pick<Result, 'passed' | 'failed' | 'skipped'>;

function noFiles({ folders }: Tier): Counts {
  console.log(`There are no tests in ${folders.join(', ')}.`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** Limit for one file of tests, so that a hanging one is named. */
const fileLimitMs = 5 * 60_000;

async function runFiles(files: string[], { concurrency, limitMs }: Tier, whole: AbortSignal): Promise<Counts> {
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([whole, limit]);
  signal.addEventListener('abort', killDescendants);
  const events = run({ files, concurrency, signal, cwd: projectRoot, timeout: fileLimitMs });
  const record = recordEvents(events);
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await once(report, 'end');
  signal.removeEventListener('abort', killDescendants);
  if (limit.aborted) console.log(`The tests have overrun their limit of ${seconds(limitMs)} and were killed.`);
  for (const skip of record.skips) console.log(`SKIPPED: ${skip}`);
  const lost = files.filter((file) => !record.ended.has(file));
  for (const file of lost) console.log(`FAILED: ${file} ended before its tests did`);
  return countsOf(record.summary, lost.length);
}

interface TestRecord {
  readonly skips: string[];
  /** Files that came to their end, well or badly; one that calls `process.exit(0)` does not. */
  readonly ended: Set<string>;
  summary?: EventData.TestSummary;
}

function recordEvents(events: ReturnType<typeof run>): TestRecord {
  const record: TestRecord = { skips: [], ended: new Set() };
  events.on('test:pass', ({ name, skip }) => {
    if (skip !== undefined) record.skips.push(`${name}: ${skip}`);
  });
  // A file that crashes or is killed is a failed test of its own.
  events.on('test:fail', ({ name }) => void record.ended.add(name));
  events.on('test:summary', (summary) => {
    if (summary.file === undefined) record.summary = summary;
    else record.ended.add(summary.file);
  });
  return record;
}

function countsOf(summary: EventData.TestSummary | undefined, lost: number): Counts {
  if (summary === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { tests, passed, skipped, todo } = summary.counts;
  const failed = tests - passed - skipped - todo + lost;
  return { passed, failed: summary.success ? failed : Math.max(1, failed), skipped: skipped + todo };
}
