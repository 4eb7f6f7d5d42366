import { identifierKey } from '../identifiers.ts';
import { type FakeIdentifier, refuse } from '../problem.ts';
import type { FakeAccount, FakeAcmeState, FakeCertificate } from '../state.ts';

/**
 * Checks `replaces` of a newOrder as Let's Encrypt does: certificate known, of this account, with a name in common, and
 * without a replacement order that is not invalid (RFC 9773 section 5).
 * @throws Refusal malformed, unauthorized, alreadyReplaced.
 */
export function checkReplacement(
  state: FakeAcmeState,
  account: FakeAccount,
  order: { readonly replaces: string; readonly identifiers: readonly FakeIdentifier[] },
): void {
  const certificate = findByRenewalId(state, order.replaces);
  if (certificate === undefined) throw refuse('malformed', 404, `replaces names no certificate: ${order.replaces}`);
  if (certificate.accountId !== account.id) {
    throw refuse('unauthorized', 403, 'replaces names a certificate of another account');
  }
  const names = new Set(certificate.identifiers.map(identifierKey));
  if (!order.identifiers.some((identifier) => names.has(identifierKey(identifier)))) {
    throw refuse('malformed', 400, 'replaces names a certificate with quite other identifiers');
  }
  if ([...state.orders.values()].some((other) => other.replaces === order.replaces && other.status !== 'invalid')) {
    throw refuse('alreadyReplaced', 409, `the certificate ${order.replaces} already has a replacement order`);
  }
}

/** The certificate with that identifier of RFC 9773 section 4.1. */
export function findByRenewalId(state: FakeAcmeState, renewalId: string): FakeCertificate | undefined {
  return [...state.certificates.values()].find((certificate) => certificate.renewalId === renewalId);
}
