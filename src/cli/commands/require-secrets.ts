import { planSecrets, valueAt } from '../../core/plan-secrets.ts';
import type { RenewalPlan } from '../../core/renewal.ts';
import { looksLikeReference } from '../../core/secret-reference.ts';
import type { RunContext } from '../run-context.ts';
import { accountRequest } from './account-request.ts';

/**
 * Looks whether the vaults have what the command line refers to: else it would be missed only after the certificate was
 * issued.
 * @throws WacsError ConfigurationError, ScriptFailed
 */
export async function requireSecrets(plan: RenewalPlan, context: RunContext): Promise<void> {
  const { places } = planSecrets(plan, context.registry);
  const stored = places.map((place) => String(valueAt(plan, place)));
  for (const reference of stored.filter(looksLikeReference)) await context.revealSecret(reference);
  await accountRequest(context);
}
