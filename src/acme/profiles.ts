import type { AcmeOrder, NewOrder } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { isProblem } from './problem.ts';

/**
 * Refuses a profile that the CA does not list (draft-ietf-acme-profiles section 4): asking for it would be in vain, and
 * another one in its place would be another certificate.
 * @throws WacsError OrderRejected naming the profiles that are offered.
 */
export function requireOffered(profile: string | undefined, offered: readonly string[]): void {
  if (profile === undefined || offered.includes(profile)) return;
  throw new WacsError('OrderRejected', `the CA does not offer the profile "${profile}"; ${inWords(offered)}`, {
    hint: advice(offered),
  });
}

/** The failure with the profiles the CA offers, where it is about the profile. */
export function withOffered(error: unknown, offered: readonly string[]): unknown {
  if (!isProblem(error, ['invalidProfile'])) return error;
  return new WacsError(error.code, `${error.message}; ${inWords(offered)}`, {
    ...error.details,
    hint: advice(offered),
    cause: error.cause ?? error,
  });
}

/** The certificate may differ from what was wished: not a reason to go without one, but one to say so. */
export function warnOfOther({ profile }: NewOrder, order: AcmeOrder, log: Log): void {
  if (profile === undefined || order.profile === undefined || order.profile === profile) return;
  log.warning(`the CA has taken the order for the profile "${order.profile}", although "${profile}" was asked for`);
}

function inWords(offered: readonly string[]): string {
  return offered.length === 0 ? 'it has no profiles' : `it offers ${offered.join(', ')}`;
}

function advice(offered: readonly string[]): string {
  const change = 'Create the renewal again with the same --id';
  const [example] = offered;
  if (example === undefined) return `${change} and leave --profile out, or the setting Acme.CertificateProfile.`;
  return `${change} and one of these with --profile, or leave --profile out.`;
}
