import { type RevocationRequest, revocationReasons } from '../core/acme.ts';
import { during } from '../core/errors.ts';
import { asRevocationError } from './account-errors.ts';
import type { AccountKeeper } from './account-keeper.ts';
import { resourceUrl } from './directory.ts';
import { isProblem } from './problem.ts';
import { createSession } from './session.ts';
import type { AcmeTransport } from './transport.ts';

/**
 * Revokes a certificate (RFC 8555 section 7.6), signed by the account or by the certificate's own key.
 * @throws WacsError AcmeAccountError when the CA does not let the signer revoke it, AcmeError for other refusals and when
 * the CA does not offer revocation.
 */
export async function revokeCertificate(
  { certificatePem, reason, certificateKeyPem }: RevocationRequest,
  { transport, account }: { readonly transport: AcmeTransport; readonly account: AccountKeeper },
): Promise<'revoked' | 'alreadyRevoked'> {
  const url = resourceUrl(await transport.directory(), 'revokeCert');
  const certificate = Buffer.from(certificatePem.replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('base64url');
  const byKey = certificateKeyPem !== undefined;
  const { api } = byKey ? await createSession(transport, certificateKeyPem) : await account.session();
  const payload = { certificate, reason: revocationReasons[reason] };
  try {
    await during('revoking the certificate', api.apiRequest(url, payload, [], { includeJwsKid: !byKey }));
    return 'revoked';
  } catch (error) {
    if (isProblem(error, ['alreadyRevoked'])) return 'alreadyRevoked';
    throw asRevocationError(error);
  }
}
