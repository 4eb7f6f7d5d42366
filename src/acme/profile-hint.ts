import type { NewOrder } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';

/** Problems with which CAs refuse addresses that the profile does not allow; Boulder says `rejectedIdentifier`. */
const codes = ['OrderRejected', 'AcmeError'];

/**
 * The failure to order, with the CA's profiles in its hint when it may be about addresses: Let's Encrypt issues for them
 * under one profile only, which must be asked for.
 */
export function hintAtProfiles(error: unknown, { identifiers }: NewOrder, profiles: readonly string[]): unknown {
  const addresses = identifiers.filter(({ type }) => type === 'ip').map(({ value }) => value);
  if (addresses.length === 0 || profiles.length === 0 || !mayBeAbout(error, addresses)) return error;
  return new WacsError(error.code, error.message, {
    ...error.details,
    hint:
      'CAs may issue for IP addresses under some of their profiles only; choose one with --profile. ' +
      `This CA offers: ${profiles.join(', ')} (at Let's Encrypt it is shortlived).`,
    cause: error.cause ?? error,
  });
}

function mayBeAbout(error: unknown, addresses: readonly string[]): error is WacsError {
  if (!(error instanceof WacsError) || !codes.includes(error.code) || error.details.problem === undefined) return false;
  const named = (error.details.problem.subproblems ?? []).flatMap(({ identifier }) => identifier ?? []);
  return named.length === 0 || named.some((name) => addresses.includes(name));
}
