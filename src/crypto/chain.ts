import type { X509Certificate } from 'node:crypto';
import { WacsError } from '../core/errors.ts';
import { parseCertificate } from './x509.ts';

/**
 * True when each certificate is issued and signed by the next one of the list; dates and trust are not judged.
 * @throws WacsError CertificateRejected when one of the texts is not a certificate.
 */
export function isOrderedChain(pems: readonly string[]): boolean {
  const certificates = pems.map(parseCertificate);
  return certificates.every((certificate, index) => {
    const issuer = certificates[index + 1];
    return issuer === undefined || isSignedBy(certificate, issuer);
  });
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch (cause) {
    throw new WacsError('CertificateRejected', 'cannot check the chain: the public key of an issuer cannot be used', {
      hint: 'Set a preferred issuer to get another chain, or ask the CA which algorithms its chain uses.',
      cause,
    });
  }
}
