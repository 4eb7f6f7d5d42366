import type { CheckFacts } from '../../core/check-report.ts';
import { toWacsError, WacsError } from '../../core/errors.ts';
import { type HealthRecord, healthOfAll } from '../../core/health-record.ts';
import type { LoadedRenewal } from '../../core/stores.ts';
import type { CheckSources } from './check-sources.ts';

/** How facts are gathered. */
export interface GatherOptions {
  readonly now: Date;
  readonly withTask: boolean;
}

/**
 * The state as it is now; without the rights to read it, as the last run recorded it for everybody.
 * @throws WacsError AccessDenied when neither can be read.
 */
export async function gatherFacts(sources: CheckSources, { now, withTask }: GatherOptions): Promise<CheckFacts> {
  const record = await readable(sources.health.read());
  const loaded = await readable(readAll(sources));
  if (loaded === undefined) return recordedFacts(record, { now, withTask });
  const lastRun = record?.lastRun;
  return {
    now,
    ...healthOfAll(loaded, sources.policyOf),
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(withTask ? { task: await sources.task() } : {}),
  };
}

/** One file that may not be read is taken as a sign of missing rights, not of a damaged file. */
async function readAll({ renewals }: CheckSources): Promise<readonly LoadedRenewal[]> {
  const loaded = await renewals.list();
  for (const item of loaded) {
    if (item.kind === 'unreadable' && toWacsError(item.error).code === 'AccessDenied') throw item.error;
  }
  return loaded;
}

async function readable<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WacsError && error.code === 'AccessDenied') return undefined;
    throw error;
  }
}

function recordedFacts(record: HealthRecord | undefined, { now, withTask }: GatherOptions): CheckFacts {
  if (record === undefined) {
    throw new WacsError('AccessDenied', 'the renewals may not be read, and no run has left a record for everybody', {
      hint: 'Run wacs --renew once elevated; give --baseuri and --configpath as the scheduled task has them.',
    });
  }
  const { renewals, unreadable, lastRun, task } = record;
  return {
    now,
    renewals,
    unreadable,
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(withTask && task !== undefined ? { task } : {}),
  };
}
