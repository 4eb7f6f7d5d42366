import { isTransient, WacsError } from '../../core/errors.ts';
import { certificatesOf, fileIdOf, titleOf, viewOf, withView } from '../../core/part.ts';
import type { OrderPart } from '../../core/plugin.ts';
import { readWishes } from '../../core/read-wishes.ts';
import { processRenewal } from '../../core/renew.ts';
import type { RenewalOutcome } from '../../core/renew-services.ts';
import type { PluginOptions, Renewal, RenewalPlan } from '../../core/renewal.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { combinedFailure } from './combine-outcomes.ts';
import { ensureTask } from './ensure-task.ts';
import { loadAll } from './load-renewals.ts';
import { readPlan } from './read-plan.ts';
import { refuseImpossible } from './refuse-impossible.ts';
import { renewOptions } from './renew.ts';
import { requireSecrets } from './require-secrets.ts';

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * `--source`: creates a renewal, or updates the one with the same id or friendly name, and does what is due for it.
 * Nothing changed and nothing due means nothing ordered, which makes the command safe in a start-up script.
 */
export async function create(context: RunContext): Promise<CommandResult> {
  const plan = readPlan(context);
  const { parts } = await readWishes(plan, context.services.plans);
  refuseImpossible(plan, parts, context);
  await requireSecrets(plan, context);
  const friendlyName = context.values.text('friendlyname') ?? suggestedName(parts);
  const existing = await findExisting(friendlyName, context);
  const renewal = existing === undefined ? newRenewal(plan, friendlyName, context) : updated(existing, plan, context);
  if (existing === undefined || renewal !== existing) await context.services.renewals.write(renewal);
  const scope = context.scopeOf(renewal);
  const options = await renewOptions(context, scope);
  const nocache = context.values.flag('nocache') && existing !== undefined;
  const outcomes = await processRenewal(renewal, { ...options, force: options.force || nocache }, scope.services);
  await forgetFailedNew(outcomes, existing, context);
  for (const outcome of outcomes) announce(outcome, context);
  const error = combinedFailure(outcomes);
  const result: CommandResult =
    error === undefined
      ? { outcome: 'Success', renewals: outcomes }
      : { outcome: error.code, renewals: outcomes, error };
  return outcomes.every((outcome) => outcome.result === 'failed') ? result : ensureTask(result, context);
}

/** All parts come from one target. */
function suggestedName([first]: readonly OrderPart[]): string {
  return first?.target.friendlyName ?? '';
}

async function findExisting(name: string, context: RunContext): Promise<Renewal | undefined> {
  const { readable, failures } = await loadAll(context);
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const id = context.values.text('id');
  // File names on Windows know no case, and the id is one.
  if (id !== undefined) return readable.find((renewal) => renewal.id.toLowerCase() === requireId(id).toLowerCase());
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

function newRenewal(plan: RenewalPlan, friendlyName: string, context: RunContext): Renewal {
  const id = context.values.text('id');
  return {
    id: id === undefined ? context.createId() : requireId(id),
    friendlyName,
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
  const deployment = (of: RenewalPlan): unknown => [of.store, of.installation];
  const redeploy = !same(deployment(existing.plan), deployment(wished));
  context.log.info(`updating the renewal "${friendlyName}" (id ${existing.id})`);
  return { ...(redeploy ? undeployed(existing) : existing), friendlyName, plan: wished };
}

function undeployed(renewal: Renewal): Renewal {
  return certificatesOf(renewal).reduce((current, { part, view }) => {
    const { certificate } = view.state;
    if (certificate === undefined) return current;
    const state = { ...view.state, certificate: { ...certificate, deployed: false } };
    return withView(current, part, { ...view, state });
  }, renewal);
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
  outcomes: readonly RenewalOutcome[],
  existing: Renewal | undefined,
  { services, log }: RunContext,
): Promise<void> {
  const [first] = outcomes;
  if (existing !== undefined || first === undefined) return;
  if (outcomes.some(({ error }) => error === undefined)) return;
  const certificates = certificatesOf(first.renewal);
  const { id } = first.renewal;
  if (
    outcomes.some(({ error }) => error !== undefined && isTransient(error)) ||
    certificates.some(({ view }) => view.state.certificate !== undefined)
  ) {
    log.info(`the renewal is kept: the same command or "wacs --renew" goes on; "wacs --cancel --id ${id}" removes it`);
    return;
  }
  for (const { part } of certificates) await services.orders.remove(fileIdOf(id, part));
  await services.renewals.remove(id);
  log.info('the renewal was not created, because its first certificate failed');
}

/** The only certificate of a renewal that failed is what the run ends with, so nothing is said of it here. */
function announce({ renewal, part, result, decision, error }: RenewalOutcome, { log }: RunContext): void {
  const name = `renewal "${titleOf(renewal, part)}" (id ${renewal.id})`;
  if (error !== undefined) {
    if (part !== undefined) log.error(`${name} failed: ${error.message}`);
    return;
  }
  const { certificate } = viewOf(renewal, part).state;
  const until = certificate === undefined ? '' : `, valid until ${certificate.notAfter.toISOString()}`;
  const state = result === 'notDue' ? `is up to date; next due on ${decision?.dueAt.toISOString()}` : 'is done';
  log.info(`${name} ${state}${until}`);
}
