import { shortLifetimeMs } from './due-date.ts';
import type { LoadedRenewal } from './stores.ts';

/** How often the task runs when a certificate lives under 10 days, seconds. */
const shortRepetitionSeconds = 6 * 3600;

/** Seconds after which the task repeats within the day; undefined when once a day is enough for all certificates. */
export function repetitionFor(renewals: readonly LoadedRenewal[]): number | undefined {
  const lifetimes = renewals.flatMap((loaded) => {
    const certificate = loaded.kind === 'renewal' ? loaded.renewal.state.certificate : undefined;
    return certificate === undefined ? [] : [certificate.notAfter.getTime() - certificate.notBefore.getTime()];
  });
  return lifetimes.some((lifetime) => lifetime < shortLifetimeMs) ? shortRepetitionSeconds : undefined;
}
