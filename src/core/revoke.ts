import type { AccountRequest, CertificateAuthority, RevocationReason } from './acme.ts';
import type { IssuedCertificate } from './certificate.ts';
import { during, toWacsError, WacsError } from './errors.ts';
import { certificatesOf, fileIdOf } from './part.ts';
import { withRevoked } from './record.ts';
import type { RenewalOutcome, RenewServices } from './renew-services.ts';
import type { Renewal } from './renewal.ts';
import { createKeeper, type RenewalKeeper } from './renewal-keeper.ts';

/** What revoking needs. */
export type RevokeServices = Pick<RenewServices, 'authority' | 'cache' | 'orders' | 'renewals' | 'clock' | 'log'>;

/** Who asks the CA to revoke (RFC 8555 section 7.6). */
type Signer = 'account' | 'certificateKey';

/** The account as it is: to revoke, none is registered. */
const accountInUse: AccountRequest = { acceptTerms: false, existingOnly: true };

/**
 * Revokes the latest certificates of a renewal; the next run replaces them. A part that has none yet is passed over,
 * unless no other has one either. Failures are part of the outcomes; only an interruption is thrown.
 * @returns one outcome for each certificate
 */
export async function revokeRenewal(
  renewal: Renewal,
  reason: RevocationReason,
  services: RevokeServices,
): Promise<readonly RenewalOutcome[]> {
  const all = certificatesOf(renewal);
  const issued = all.filter(({ view }) => view.state.certificate !== undefined);
  const keeper = createKeeper(renewal, services.renewals);
  const outcomes: Omit<RenewalOutcome, 'renewal'>[] = [];
  for (const { part } of issued.length === 0 ? all : issued) {
    const outcome = await revokeOne({ keeper, part, reason }, services);
    outcomes.push(part === undefined ? outcome : { part, ...outcome });
  }
  return outcomes.map((outcome) => ({ ...outcome, renewal: keeper.current() }));
}

interface RevocationOfOne {
  readonly keeper: RenewalKeeper;
  readonly part: string | undefined;
  readonly reason: RevocationReason;
}

async function revokeOne(
  { keeper, part, reason }: RevocationOfOne,
  services: RevokeServices,
): Promise<Pick<RenewalOutcome, 'result' | 'error'>> {
  const { cache, orders, clock, log } = services;
  const renewal = keeper.view(part);
  const fileId = fileIdOf(renewal.id, part);
  try {
    const certificate = await cache.read(fileId);
    if (certificate === undefined) throw nothingToRevoke(renewal);
    const { signer, answer } = await askToRevoke({ renewal, certificate, reason }, services);
    // A CA may take a signature by the certificate's key as the proof that the key is in wrong hands.
    const retireKey = reason === 'keyCompromise' || signer === 'certificateKey';
    // Its certificate may be the revoked one, and its key the compromised one.
    await orders.remove(fileId);
    await keeper.keepView(part, withRevoked(renewal, clock.now(), retireKey));
    const done = answer === 'revoked' ? `revoked (${reason})` : 'was revoked before';
    log.info(`certificate ${certificate.info.thumbprint} ${done}; the next --renew replaces it${endOf(retireKey)}`);
    return { result: 'revoked' };
  } catch (error) {
    const failure = toWacsError(error);
    if (failure.code === 'Interrupted') throw failure;
    return { result: 'failed', error: failure };
  }
}

function endOf(retireKey: boolean): string {
  return retireKey ? ', and its private key is not used again' : '';
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
  const { renewal } = revocation;
  const [first, second] = signersOf(revocation);
  const authority = await services.authority(renewal.plan.account);
  const ask = (signer: Signer) => during(`renewal "${renewal.friendlyName}"`, askAs(signer, revocation, authority));
  try {
    return { signer: first, answer: await ask(first) };
  } catch (error) {
    if (second === undefined || !mayAskOtherwise(error, first)) throw error;
    const other = second === 'account' ? 'the account' : "the certificate's own key";
    services.log.warning(`${error.message}; ${other} signs instead`);
  }
  return { signer: second, answer: await ask(second) };
}

/** Without the certificate's own key, which is elsewhere when its request was made elsewhere, the account alone is left. */
function signersOf({ certificate, reason }: Revocation): readonly [Signer, Signer?] {
  if (certificate.privateKeyPem === undefined) return ['account'];
  return reason === 'keyCompromise' ? ['certificateKey', 'account'] : ['account', 'certificateKey'];
}

async function askAs(signer: Signer, { certificate, reason }: Revocation, authority: CertificateAuthority) {
  const { certificatePem, privateKeyPem } = certificate;
  if (signer === 'certificateKey' && privateKeyPem !== undefined)
    return authority.revokeCertificate({ certificatePem, reason, certificateKeyPem: privateKeyPem });
  await authority.ensureAccount(accountInUse);
  return authority.revokeCertificate({ certificatePem, reason });
}

/** A refusal of the account, or of what a CA need not support; other failures would be the same again. */
function mayAskOtherwise(error: unknown, signer: Signer): error is WacsError {
  if (!(error instanceof WacsError)) return false;
  return error.code === 'AcmeAccountError' || (signer === 'certificateKey' && error.code === 'AcmeError');
}
