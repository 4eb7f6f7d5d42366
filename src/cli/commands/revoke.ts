import { type RevocationReason, revocationReasons } from '../../core/acme.ts';
import { combineFailures, WacsError } from '../../core/errors.ts';
import type { RenewalOutcome } from '../../core/renew-services.ts';
import type { Renewal } from '../../core/renewal.ts';
import { revokeRenewal } from '../../core/revoke.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { loadSelected } from './load-renewals.ts';
import { unreadableResult } from './unreadable-result.ts';

/** `--revoke`: revokes the latest certificate of the selected renewals; the next run replaces it. */
export async function revoke(context: RunContext): Promise<CommandResult> {
  const selected = await loadSelected(context);
  const reason = readReason(context);
  const outcomes: RenewalOutcome[] = [];
  for (const renewal of selected.renewals) outcomes.push(...(await revokeOne(renewal, reason, context)));
  const failures = [...selected.failures, ...outcomes.flatMap(({ error }) => error ?? [])];
  if (failures.length === 0) return unreadableResult([], outcomes);
  const total = outcomes.length + selected.failures.length;
  const error = combineFailures(failures, `${failures.length} of ${total} certificates were not revoked`);
  return { outcome: error.code, renewals: outcomes, error };
}

async function revokeOne(
  renewal: Renewal,
  reason: RevocationReason,
  { services, log }: RunContext,
): Promise<readonly RenewalOutcome[]> {
  const outcomes = await revokeRenewal(renewal, reason, services);
  for (const { error } of outcomes) if (error !== undefined) log.error(error.message);
  return outcomes;
}

function readReason({ values }: RunContext): RevocationReason {
  const given = (values.text('reason') ?? 'unspecified').toLowerCase();
  const names = Object.keys(revocationReasons) as RevocationReason[];
  const known = names.find((name) => name.toLowerCase() === given);
  if (known !== undefined) return known;
  throw new WacsError('UsageError', `--reason "${given}" is not known`, {
    hint: `Choose one of: ${names.join(', ')}.`,
  });
}
