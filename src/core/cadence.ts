import { lifetimeOf, shortLifetimeMs, type Validity } from './lifetime.ts';
import { certificatesOf } from './part.ts';
import type { LoadedRenewal } from './stores.ts';

/** How often the task runs when a certificate lives under 10 days, and otherwise; seconds. */
const shortRepetitionSeconds = 6 * 3600;
const daySeconds = 24 * 3600;
/** The random delay of the task unless the settings tell, by which two runs may be further apart. */
const usualDelaySeconds = 4 * 3600;

/** Seconds after which the task repeats within the day; undefined when once a day is enough for all certificates. */
export function repetitionFor(renewals: readonly LoadedRenewal[]): number | undefined {
  const certificates = renewals.flatMap((loaded) =>
    loaded.kind === 'renewal' ? certificatesOf(loaded.renewal).flatMap(({ view }) => view.state.certificate ?? []) : [],
  );
  return certificates.some(isShortLived) ? shortRepetitionSeconds : undefined;
}

/** Milliseconds from one run of the task to the next as far as a certificate can count on it: usually, and at most. */
export function untilNextRun(certificate: Validity): { readonly usual: number; readonly longest: number } {
  const seconds = isShortLived(certificate) ? shortRepetitionSeconds : daySeconds;
  return { usual: seconds * 1000, longest: (seconds + usualDelaySeconds) * 1000 };
}

function isShortLived(certificate: Validity): boolean {
  return lifetimeOf(certificate) < shortLifetimeMs;
}
