import type { CheckedTask, LastRun } from './check-report.ts';
import type { PolicyOf } from './due-date.ts';
import { toWacsError } from './errors.ts';
import { healthOf, type RenewalHealth } from './renewal-health.ts';
import type { ReportedTask } from './report.ts';
import type { LoadedRenewal, RenewalStore } from './stores.ts';

/** What every run leaves for monitors, readable without the rights that the renewals themselves need. */
export interface HealthRecord {
  readonly baseUri: string;
  readonly writtenAt: Date;
  readonly lastRun?: LastRun;
  readonly task?: CheckedTask;
  readonly renewals: readonly RenewalHealth[];
  readonly unreadable: readonly { readonly id: string; readonly message: string }[];
}

/** Keeps the record of one CA. */
export interface HealthStore {
  /** Undefined also when the record is damaged: the next run writes it anew. @throws WacsError AccessDenied. */
  read(): Promise<HealthRecord | undefined>;
  /** @throws WacsError AccessDenied, StorageError. */
  write(record: HealthRecord): Promise<void>;
}

/** A run that has ended. */
export interface EndedRun extends LastRun {
  readonly baseUri: string;
  /** It was about all renewals, as the run of the scheduled task is. */
  readonly whole: boolean;
  readonly task?: ReportedTask;
}

/** What the record is made from. */
export interface HealthServices {
  readonly health: HealthStore;
  readonly renewals: Pick<RenewalStore, 'list'>;
  readonly policyOf: PolicyOf;
}

/** Brings the record up to date at the end of a run. @throws WacsError AccessDenied, StorageError. */
export async function recordHealth(run: EndedRun, { health, renewals, policyOf }: HealthServices): Promise<void> {
  const previous = await health.read().catch(() => undefined);
  const lastRun = lastRunAfter(previous?.lastRun, run);
  const task = run.task === undefined ? previous?.task : checkedTask(run.task);
  await health.write({
    baseUri: run.baseUri,
    writtenAt: run.endedAt,
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(task === undefined ? {} : { task }),
    ...healthOfAll(await renewals.list(), policyOf),
  });
}

/** All renewals of a CA as monitors see them. */
export function healthOfAll(
  loaded: readonly LoadedRenewal[],
  policyOf: PolicyOf,
): Pick<HealthRecord, 'renewals' | 'unreadable'> {
  return {
    renewals: loaded.flatMap((item) => (item.kind === 'renewal' ? healthOf(item.renewal, policyOf(item.renewal)) : [])),
    unreadable: loaded.flatMap((item) =>
      item.kind === 'renewal' ? [] : [{ id: item.id, message: toWacsError(item.error).message }],
    ),
  };
}

/** Only runs over all renewals show that the scheduled task does its work; a first `create` stands in until then. */
function lastRunAfter(previous: LastRun | undefined, run: EndedRun): LastRun | undefined {
  const { command, endedAt, exitCode, exitName } = run;
  const ended = { command, endedAt, exitCode, exitName };
  if (command === 'renew' && run.whole) return ended;
  if (command !== 'create') return previous;
  return previous === undefined || previous.command === 'create' ? ended : previous;
}

function checkedTask({ name, state, problems }: ReportedTask): CheckedTask {
  if (state === 'registered') return { name, state: 'healthy', problems: [] };
  return { name, state: state === 'removed' ? 'missing' : state, problems };
}
