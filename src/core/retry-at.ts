import type { DueDecision } from './due-date.ts';
import { WacsError } from './errors.ts';
import type { Renewal } from './renewal.ts';

/** The CA's "not before" holds across runs; a run that cannot renew because of it says so with the CA's code. */
export function respectRetryAt(
  renewal: Renewal,
  decision: DueDecision,
  { now, force }: { now: Date; force: boolean },
): DueDecision {
  const failures = renewal.state.failures;
  if (decision.action !== 'order' || force || failures?.retryAt === undefined || failures.retryAt <= now)
    return decision;
  throw new WacsError(
    'AcmeRateLimited',
    `the CA allows no new attempt before ${failures.retryAt.toISOString()}: ${failures.message}`,
    {
      retryAt: failures.retryAt,
      hint: 'Wait until then; --force tries at once and is likely to be refused again.',
    },
  );
}

/** A "not before" that is already on record is not one more failure. */
export function isKnownBlock(renewal: Renewal, failure: WacsError): boolean {
  const retryAt = failure.details.retryAt?.getTime();
  return retryAt !== undefined && retryAt === renewal.state.failures?.retryAt?.getTime();
}
