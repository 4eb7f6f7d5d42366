import { WacsError } from './errors.ts';
import type { CsrPlugin, OrderPart } from './plugin.ts';
import type { PlanResolver } from './renew-services.ts';
import type { RenewalPlan } from './renewal.ts';

/** Most names one certificate takes at Let's Encrypt and others. */
const maximumNames = 100;

/** The certificates a plan gives now. */
export interface WishedCertificates {
  readonly parts: readonly OrderPart[];
  readonly csr: CsrPlugin | undefined;
}

/**
 * Asks source and order plugin which certificates there are to be.
 * @throws WacsError SourceError, ConfigurationError.
 */
export async function readWishes(plan: RenewalPlan, plans: PlanResolver): Promise<WishedCertificates> {
  const target = await plans.source(plan).readTarget();
  const parts = await plans.order(plan).split(target);
  if (parts.length === 0 || (parts.length > 1 && parts.some(({ name }) => name === undefined)))
    throw new WacsError('ConfigurationError', `order "${plan.order.plugin}" gives no certificate for the hosts`);
  if (target.request !== undefined && parts.length > 1)
    throw new WacsError('ConfigurationError', `order "${plan.order.plugin}" cannot split a certificate request`);
  for (const part of parts) refuseTooMany(part, plan);
  return { parts, csr: plans.csr(plan) };
}

function refuseTooMany({ name, target }: OrderPart, plan: RenewalPlan): void {
  const count = target.identifiers.length;
  if (count <= maximumNames) return;
  const which = name === undefined ? `source ${plan.source.plugin} has` : `certificate "${name}" would have`;
  throw new WacsError('SourceError', `${which} ${count} hosts; a certificate takes at most ${maximumNames}`, {
    hint: 'Split the hosts over several certificates with --order domain or --order host, or over several renewals, each with its own --id.',
  });
}
