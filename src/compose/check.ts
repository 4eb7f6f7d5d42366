import { resolve } from 'node:path';
import type { CheckSources } from '../cli/check/check-sources.ts';
import type { ParsedArguments } from '../cli/parse.ts';
import type { CheckedTask } from '../core/check-report.ts';
import { toWacsError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { createLog } from '../log/log.ts';
import type { Redactor } from '../log/redact.ts';
import { systemClock } from '../platform/clock.ts';
import { createFileStore } from '../platform/files.ts';
import { createHealthStore } from '../storage/health-store.ts';
import { createRenewalStore } from '../storage/renewal-store.ts';
import { duePolicy } from '../storage/settings-values.ts';
import { onWindows, type ProcessParts } from './foundation.ts';
import { rejectionOf } from './lazy.ts';
import { type SchedulerParts, wireScheduler, wishedTask } from './scheduler.ts';
import { openSettings } from './settings.ts';

/** How long a check waits for Task Scheduler. */
const taskCheckLimitMs = 5_000;

/** Where a check gets its facts: nothing is locked, written or asked of the network. @throws WacsError ConfigurationError. */
export async function openCheck(
  args: ParsedArguments,
  parts: Pick<ProcessParts, 'redactor' | 'signal'>,
): Promise<CheckSources> {
  const files = createFileStore();
  const { baseUri, paths, settings, settingsOf } = await openSettings(args, files, { denied: 'defaults' });
  const renewals = createRenewalStore(paths.authority, files);
  const log = silentLog(parts.redactor);
  return {
    baseUri,
    policyOf: (renewal) => duePolicy(settingsOf(renewal)),
    renewals,
    health: createHealthStore({ path: paths.health, files }),
    task: () => checkTaskQuickly({ args, settings, baseUri, paths, files, renewals, log, signal: parts.signal }),
  };
}

function silentLog(redactor: Redactor): Log {
  return createLog({ sinks: [], redactor, clock: systemClock });
}

/** A refusal is an answer too, and so is "no such task" to somebody who may not see the task. */
async function checkTaskQuickly(parts: SchedulerParts): Promise<CheckedTask> {
  const { taskName } = await import('../scheduler/task-definition.ts');
  const name = taskName(parts.baseUri);
  if (!onWindows) return { name, state: 'unsupported', problems: [] };
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(taskCheckLimitMs)]);
  try {
    const [{ isElevated }, definition] = await Promise.all([import('../platform/win32/token.ts'), wishedTask(parts)]);
    const scheduler = await wireScheduler({ ...parts, signal });
    const { state, problems } = await Promise.race([scheduler.check(definition), rejectionOf(signal)]);
    return { name, state: state === 'missing' && !isElevated() ? 'unknown' : state, problems };
  } catch (error) {
    return { name, state: 'unknown', problems: [toWacsError(error).message] };
  }
}

/** Writes what a check shows to a file that programs of others read. @throws WacsError AccessDenied, StorageError. */
export async function writeOutput(path: string, text: string): Promise<void> {
  await createFileStore().writeAtomic(resolve(path), text);
}
