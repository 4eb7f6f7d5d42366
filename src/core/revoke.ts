import type { AccountRequest, CertificateAuthority, RevocationReason } from './acme.ts';
import type { IssuedCertificate } from './certificate.ts';
import { during, toWacsError, WacsError } from './errors.ts';
import { withRevoked } from './record.ts';
import type { RenewalOutcome, RenewServices } from './renew.ts';
import type { Renewal } from './renewal.ts';

/** What revoking needs. */
export type RevokeServices = Pick<RenewServices, 'authority' | 'cache' | 'orders' | 'renewals' | 'clock' | 'log'>;

/** Who asks the CA to revoke (RFC 8555 section 7.6). */
type Signer = 'account' | 'certificateKey';

/** The account as it is: to revoke, none is registered. */
const accountInUse: AccountRequest = { acceptTerms: false, existingOnly: true };

/**
 * Revokes the latest certificate of a renewal; the next run replaces it. Failures are part of the outcome; only an
 * interruption is thrown.
 */
export async function revokeRenewal(
  renewal: Renewal,
  reason: RevocationReason,
  services: RevokeServices,
): Promise<RenewalOutcome> {
  const { cache, orders, renewals, clock, log } = services;
  try {
    const certificate = await cache.read(renewal.id);
    if (certificate === undefined) throw nothingToRevoke(renewal);
    const { signer, answer } = await askToRevoke({ renewal, certificate, reason }, services);
    // A CA may take a signature by the certificate's key as the proof that the key is in wrong hands.
    const retireKey = reason === 'keyCompromise' || signer === 'certificateKey';
    const revoked = withRevoked(renewal, clock.now(), retireKey);
    // Its certificate may be the revoked one, and its key the compromised one.
    await orders.remove(renewal.id);
    await renewals.write(revoked);
    const done = answer === 'revoked' ? `revoked (${reason})` : 'was revoked before';
    log.info(`certificate ${certificate.info.thumbprint} ${done}; the next --renew replaces it${withKey(retireKey)}`);
    return { renewal: revoked, result: 'revoked' };
  } catch (error) {
    const failure = toWacsError(error);
    if (failure.code === 'Interrupted') throw failure;
    return { renewal, result: 'failed', error: failure };
  }
}

function withKey(isNew: boolean): string {
  return isNew ? ', with a new private key' : '';
}

function nothingToRevoke({ friendlyName, id }: Renewal): WacsError {
  return new WacsError('NotFound', `renewal "${friendlyName}" has no certificate to revoke`, {
    hint: `wacs --renew --id ${id} gets one.`,
  });
}

interface Revocation {
  readonly renewal: Renewal;
  readonly certificate: IssuedCertificate;
  readonly reason: RevocationReason;
}

/**
 * The account comes first: a CA may count what the certificate's own key signs as compromised. For a key that is
 * compromised, just that is wanted, because it makes the CA refuse the key from then on.
 */
async function askToRevoke(revocation: Revocation, services: RevokeServices) {
  const { renewal, reason } = revocation;
  const [first, second]: [Signer, Signer] =
    reason === 'keyCompromise' ? ['certificateKey', 'account'] : ['account', 'certificateKey'];
  const authority = await services.authority(renewal.plan.account);
  const ask = (signer: Signer) => during(`renewal "${renewal.friendlyName}"`, askAs(signer, revocation, authority));
  try {
    return { signer: first, answer: await ask(first) };
  } catch (error) {
    if (!mayAskOtherwise(error, first)) throw error;
    const other = second === 'account' ? 'the account' : "the certificate's own key";
    services.log.warning(`${error.message}; asking once more, signed by ${other}`);
  }
  return { signer: second, answer: await ask(second) };
}

async function askAs(signer: Signer, { certificate, reason }: Revocation, authority: CertificateAuthority) {
  const { certificatePem, privateKeyPem } = certificate;
  if (signer === 'certificateKey')
    return authority.revokeCertificate({ certificatePem, reason, certificateKeyPem: privateKeyPem });
  await authority.ensureAccount(accountInUse);
  return authority.revokeCertificate({ certificatePem, reason });
}

/** A refusal of the account, or of what a CA need not support; other failures would be the same again. */
function mayAskOtherwise(error: unknown, signer: Signer): error is WacsError {
  if (!(error instanceof WacsError)) return false;
  return error.code === 'AcmeAccountError' || (signer === 'certificateKey' && error.code === 'AcmeError');
}
