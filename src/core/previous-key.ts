import type { CertificateTools } from './certificate.ts';
import { WacsError } from './errors.ts';
import type { CsrPlugin, Target } from './plugin.ts';
import type { Renewal } from './renewal.ts';
import type { CertificateCache } from './stores.ts';

/** A certificate that is about to be ordered. */
export interface NextCertificate {
  readonly renewal: Renewal;
  readonly fileId: string;
  readonly target: Target;
  readonly csr: CsrPlugin | undefined;
}

/**
 * The key of the certificate before, PKCS#8 PEM, if the plan wants it again and it is not to be retired.
 * @throws WacsError SourceError when a request made elsewhere still has a key that is to be retired.
 */
export async function previousKey(
  { renewal, fileId, target, csr }: NextCertificate,
  { cache, certificates }: { readonly cache: CertificateCache; readonly certificates: CertificateTools },
): Promise<string | undefined> {
  const isRetired = renewal.state.certificate?.retireKey === true;
  const { request } = target;
  if (!isRetired) return csr?.reusePrivateKey === true ? (await cache.read(fileId))?.privateKeyPem : undefined;
  const previous = request === undefined ? undefined : await cache.read(fileId);
  if (previous === undefined || certificates.certifiedKeyOf(previous.certificatePem) !== request?.publicKeyPem)
    return undefined;
  throw new WacsError('SourceError', 'the certificate request has the key of the certificate that was revoked', {
    hint: 'Make a request with another key and put it into the place of the old one: the key counts as compromised.',
  });
}
