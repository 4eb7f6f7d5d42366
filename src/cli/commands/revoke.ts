import { type RevocationReason, revocationReasons } from '../../core/acme.ts';
import { combineFailures, during, toWacsError, WacsError } from '../../core/errors.ts';
import { withRevoked } from '../../core/record.ts';
import type { RenewalOutcome } from '../../core/renew.ts';
import type { Renewal } from '../../core/renewal.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { accountRequest } from './account-request.ts';
import { loadSelected } from './load-renewals.ts';
import { unreadableResult } from './unreadable-result.ts';

/** `--revoke`: revokes the latest certificate of the selected renewals; the next run replaces it. */
export async function revoke(context: RunContext): Promise<CommandResult> {
  const selected = await loadSelected(context);
  const reason = readReason(context);
  const outcomes: RenewalOutcome[] = [];
  for (const renewal of selected.renewals) outcomes.push(await revokeOne(renewal, reason, context));
  const failures = [...selected.failures, ...outcomes.flatMap(({ error }) => error ?? [])];
  if (failures.length === 0) return unreadableResult([], outcomes);
  const error = combineFailures(
    failures,
    `${failures.length} of ${selected.renewals.length} certificates were not revoked`,
  );
  return { outcome: error.code, renewals: outcomes, error };
}

async function revokeOne(renewal: Renewal, reason: RevocationReason, context: RunContext): Promise<RenewalOutcome> {
  const { cache, renewals } = context.services;
  try {
    const certificate = await cache.read(renewal.id);
    if (certificate === undefined)
      throw new WacsError('NotFound', `renewal "${renewal.friendlyName}" has no certificate to revoke`);
    const authority = await context.authority();
    await authority.ensureAccount(accountRequest(context.values));
    await during(`renewal "${renewal.friendlyName}"`, authority.revokeCertificate(certificate.certificatePem, reason));
    const revoked = withRevoked(renewal, context.clock.now());
    await renewals.write(revoked);
    context.log.info(`certificate ${certificate.info.thumbprint} revoked (${reason}); the next --renew replaces it`);
    return { renewal: revoked, result: 'notDue' };
  } catch (error) {
    return { renewal, result: 'failed', error: toWacsError(error) };
  }
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
