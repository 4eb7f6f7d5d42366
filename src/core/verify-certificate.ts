import type { CertificateTools, IssuedCertificate } from './certificate.ts';
import { WacsError } from './errors.ts';
import { sameIdentifiers } from './identifier.ts';
import type { Target } from './plugin.ts';

/**
 * Compares what the CA sent with what was asked for: key, names, and the order of the chain.
 * @throws WacsError CertificateRejected naming the difference.
 */
export function verifyCertificate(
  certificate: IssuedCertificate,
  target: Target,
  tools: CertificateTools,
): IssuedCertificate {
  const { info, certificatePem, chainPem, privateKeyPem } = certificate;
  if (!tools.matchesPrivateKey(certificatePem, privateKeyPem))
    throw rejected('its public key is not the one that was requested');
  if (!sameIdentifiers(info.identifiers, target.identifiers)) {
    const names = (list: Target['identifiers']) => list.map(({ value }) => value).join(', ') || 'none';
    throw rejected(`it is for ${names(info.identifiers)}, but ${names(target.identifiers)} was asked for`);
  }
  if (chainPem.length === 0) throw rejected('the CA sent no issuer certificate with it');
  if (!tools.isOrderedChain([certificatePem, ...chainPem]))
    throw rejected('its chain is broken: a certificate is not signed by the next one');
  return certificate;
}

function rejected(reason: string): WacsError {
  return new WacsError('CertificateRejected', `the certificate the CA sent was not accepted: ${reason}`, {
    hint: 'The old certificate stays in use. Report this to the CA; the next run orders again.',
  });
}
