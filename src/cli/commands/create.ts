import { WacsError } from '../../core/errors.ts';
import { displayName } from '../../core/identifier.ts';
import type { Target } from '../../core/plugin.ts';
import { processRenewal, type RenewalOutcome } from '../../core/renew.ts';
import type { PluginOptions, Renewal, RenewalPlan } from '../../core/renewal.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { ensureTask } from './ensure-task.ts';
import { loadAll } from './load-renewals.ts';
import { readPlan } from './read-plan.ts';
import { renewOptions } from './renew.ts';

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * `--source`: creates a renewal, or updates the one with the same id or friendly name, and does what is due for it.
 * Nothing changed and nothing due means nothing ordered, which makes the command safe in a start-up script.
 */
export async function create(context: RunContext): Promise<CommandResult> {
  const plan = readPlan(context);
  const target = await context.services.plans.source(plan).readTarget();
  refuseImpossibleNames(target, plan, context);
  const existing = await findExisting(target, context);
  const renewal = existing === undefined ? newRenewal(plan, target, context) : updated(existing, plan, context);
  if (existing === undefined || renewal !== existing) await context.services.renewals.write(renewal);
  const scope = context.scopeOf(renewal);
  const options = renewOptions(context, scope);
  const nocache = context.values.flag('nocache') && existing !== undefined;
  const outcome = await processRenewal(renewal, { ...options, force: options.force || nocache }, scope.services);
  await forgetFailedNew(outcome, existing, context);
  if (outcome.error !== undefined) return { outcome: outcome.error.code, renewals: [outcome], error: outcome.error };
  announce(outcome, context);
  return ensureTask({ outcome: 'Success', renewals: [outcome] }, context);
}

/** Before anything is ordered or stored: a combination that can never work is the command line's fault. */
function refuseImpossibleNames(target: Target, plan: RenewalPlan, { services }: RunContext): void {
  const validation = services.plans.validation(plan);
  for (const identifier of target.identifiers) {
    const refusal = validation.refusal(identifier);
    if (refusal === undefined) continue;
    throw new WacsError(
      'UsageError',
      `--validation ${plan.validation.plugin} cannot validate ${displayName(identifier)}: ${refusal}`,
      {
        hint: 'Leave the name out of --host, or choose a validation by DNS.',
      },
    );
  }
}

async function findExisting(target: Target, context: RunContext): Promise<Renewal | undefined> {
  const { readable, failures } = await loadAll(context);
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const id = context.values.text('id');
  // File names on Windows know no case, and the id is one.
  if (id !== undefined) return readable.find((renewal) => renewal.id.toLowerCase() === requireId(id).toLowerCase());
  const name = context.values.text('friendlyname') ?? target.friendlyName;
  const same = readable.filter((renewal) => renewal.friendlyName === name);
  if (same.length <= 1) return same[0];
  throw new WacsError('UsageError', `${same.length} renewals are called "${name}"`, {
    hint: `Give --id to say which one is meant: ${same.map((renewal) => renewal.id).join(', ')}.`,
  });
}

function requireId(id: string): string {
  if (idPattern.test(id)) return id;
  throw new WacsError('UsageError', `--id "${id}" is not usable as an id`, {
    hint: 'Use 1 to 64 letters, digits, dots, hyphens and underscores; wacs makes one when --id is left out.',
  });
}

function newRenewal(plan: RenewalPlan, target: Target, context: RunContext): Renewal {
  const id = context.values.text('id');
  return {
    id: id === undefined ? context.createId() : requireId(id),
    friendlyName: context.values.text('friendlyname') ?? target.friendlyName,
    plan,
    state: {},
    history: [],
  };
}

/** Another store or installation makes the deployment due again, but not a new certificate. */
function updated(existing: Renewal, plan: RenewalPlan, context: RunContext): Renewal {
  const friendlyName = context.values.text('friendlyname') ?? existing.friendlyName;
  const wished = keepSecrets(plan, existing.plan, context);
  if (same(existing.plan, wished) && friendlyName === existing.friendlyName) return existing;
  const { certificate } = existing.state;
  const deployment = (of: RenewalPlan): unknown => [of.store, of.installation];
  const redeploy = certificate !== undefined && !same(deployment(existing.plan), deployment(wished));
  context.log.info(`updating the renewal "${friendlyName}" (id ${existing.id})`);
  const state = redeploy ? { ...existing.state, certificate: { ...certificate, deployed: false } } : existing.state;
  return { ...existing, friendlyName, plan: wished, state };
}

/**
 * Protecting the same secret twice gives two texts; a stored one that still says the same is kept, so that it does not
 * look like a change.
 */
function keepSecrets(plan: RenewalPlan, before: RenewalPlan, { sameSecret }: RunContext): RenewalPlan {
  const keep = (options: PluginOptions, old: PluginOptions | undefined): PluginOptions => ({
    ...options,
    ...Object.fromEntries(
      Object.entries(options).map(([field, value]) => [field, sameSecret(value, old?.[field]) ? old?.[field] : value]),
    ),
  });
  return {
    ...plan,
    validation: keep(plan.validation, before.validation),
    store: plan.store.map((options, index) => keep(options, before.store[index])),
    installation: plan.installation.map((options, index) => keep(options, before.installation[index])),
  };
}

function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

/** JSON with sorted keys, so that the order of fields in a hand-edited file is no change. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort())
      : item,
  );
}

/**
 * A first attempt that failed leaves nothing behind. Kept is what the next run goes on with: a certificate that waits for
 * its deployment, an open order, and a moment before which the CA takes no new attempt.
 */
async function forgetFailedNew(
  outcome: RenewalOutcome,
  existing: Renewal | undefined,
  { services, log }: RunContext,
): Promise<void> {
  if (outcome.error === undefined) return;
  if (existing !== undefined || outcome.renewal.state.certificate !== undefined) return;
  if (['AcmeTimeout', 'AcmeUnreachable', 'AcmeRateLimited'].includes(outcome.error.code)) return;
  await services.renewals.remove(outcome.renewal.id);
  await services.orders.remove(outcome.renewal.id);
  log.verbose('the renewal was not created, because its first certificate failed');
}

function announce({ renewal, result, decision }: RenewalOutcome, { log }: RunContext): void {
  const { certificate } = renewal.state;
  const until = certificate === undefined ? '' : `, valid until ${certificate.notAfter.toISOString()}`;
  const state = result === 'notDue' ? `is up to date; next due on ${decision?.dueAt.toISOString()}` : 'is done';
  log.info(`renewal "${renewal.friendlyName}" (id ${renewal.id}) ${state}${until}`);
}
