import { settleBounded } from '../../core/bounded.ts';
import { titleOf } from '../../core/part.ts';
import { processRenewal } from '../../core/renew.ts';
import type { RenewalOutcome, RenewOptions } from '../../core/renew-services.ts';
import type { Renewal } from '../../core/renewal.ts';
import type { CommandResult, RenewalScope, RunContext } from '../run-context.ts';
import { accountRequest } from './account-request.ts';
import { combinedFailure } from './combine-outcomes.ts';
import { keepTask } from './ensure-task.ts';
import { loadAll, loadSelected } from './load-renewals.ts';

/**
 * `--renew`: does what is due for the selected renewals, side by side; one that fails does not stop the others. At the
 * end the scheduled task is looked after, which is what will start the next run.
 */
export async function renew(context: RunContext): Promise<CommandResult> {
  const result = await renewSelected(context);
  return (await needsTask(context)) ? keepTask(result, context) : result;
}

async function needsTask(context: RunContext): Promise<boolean> {
  if (!context.hasTaskScheduler || context.values.flag('notaskscheduler')) return false;
  const { readable, failures } = await loadAll(context);
  return readable.length + failures.length > 0;
}

async function renewSelected(context: RunContext): Promise<CommandResult> {
  const { renewals, failures } = await loadSelected(context);
  if (renewals.length === 0 && failures.length === 0)
    context.log.warning('there are no renewals yet; wacs --source ... creates one');
  const outcomes = await renewAll(renewals, context);
  summarize(outcomes, context);
  const error = combinedFailure(outcomes, failures);
  if (error !== undefined) return { outcome: error.code, renewals: outcomes, error };
  const idle = outcomes.every(({ result }) => result === 'notDue');
  return { outcome: idle && context.values.flag('detailedexitcode') ? 'NothingDue' : 'Success', renewals: outcomes };
}

/** How a renewal is processed, from the command line and the settings. */
export async function renewOptions(
  context: RunContext,
  { services: _, ...settings }: RenewalScope,
): Promise<RenewOptions> {
  const { values } = context;
  return {
    account: await accountRequest(context),
    force: values.flag('force'),
    noCache: values.flag('nocache') || values.flag('force'),
    ...settings,
  };
}

async function renewAll(renewals: readonly Renewal[], context: RunContext): Promise<readonly RenewalOutcome[]> {
  const results = await settleBounded(renewals, context.maxConcurrency, (renewal) => renewOne(renewal, context));
  return results.flatMap((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

async function renewOne(renewal: Renewal, context: RunContext): Promise<readonly RenewalOutcome[]> {
  const scope = context.scopeOf(renewal);
  const outcomes = await processRenewal(renewal, await renewOptions(context, scope), scope.services);
  for (const { part, error } of outcomes)
    if (error !== undefined) context.log.error(`renewal "${titleOf(renewal, part)}" failed: ${error.message}`);
  return outcomes;
}

function summarize(outcomes: readonly RenewalOutcome[], { log }: RunContext): void {
  const count = (result: RenewalOutcome['result']): number =>
    outcomes.filter((outcome) => outcome.result === result).length;
  const next = outcomes
    .flatMap(({ decision }) => (decision?.action === 'nothing' ? [decision.dueAt.getTime()] : []))
    .reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const until = Number.isFinite(next) ? `; the next is due on ${new Date(next).toISOString()}` : '';
  log.info(
    `${count('renewed')} renewed, ${count('deployedOnly')} deployed again, ${count('notDue')} not due, ${count('failed')} failed${until}`,
  );
}
