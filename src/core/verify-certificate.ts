import type { CertificateTools, IssuedCertificate } from './certificate.ts';
import { WacsError } from './errors.ts';
import { sameIdentifiers } from './identifier.ts';
import type { Target } from './plugin.ts';
import type { Clock } from './ports.ts';

/** Clocks of CA and client may differ by this much, time zones that were set wrong included. */
const clockToleranceMs = 24 * 60 * 60 * 1000;

/** What verifying needs. */
export interface VerifyServices {
  readonly certificates: CertificateTools;
  readonly clock: Clock;
}

/**
 * Compares what the CA sent with what was asked for: key, names, validity, and the order of the chain. Names count only
 * as subject alternative names: clients do not look at the common name (RFC 9525 section 1.3).
 * @throws WacsError CertificateRejected naming the difference.
 */
export function verifyCertificate(
  certificate: IssuedCertificate,
  target: Target,
  { certificates, clock }: VerifyServices,
): IssuedCertificate {
  const { info, certificatePem, chainPem } = certificate;
  if (!hasWishedKey(certificate, target, certificates))
    throw rejected('its public key is not the one that was requested');
  if (!sameIdentifiers(info.identifiers, target.identifiers)) {
    const names = (list: Target['identifiers']) => list.map(({ value }) => value).join(', ') || 'none';
    throw rejected(`it is for ${names(info.identifiers)}, but ${names(target.identifiers)} was asked for`);
  }
  requireValidity(certificate, clock.now());
  if (chainPem.length === 0) throw rejected('the CA sent no issuer certificate with it');
  if (!certificates.isOrderedChain([certificatePem, ...chainPem]))
    throw rejected('its chain is broken: a certificate is not signed by the next one');
  return certificate;
}

function hasWishedKey(
  { certificatePem, privateKeyPem }: IssuedCertificate,
  { request }: Target,
  tools: CertificateTools,
): boolean {
  if (request !== undefined && tools.certifiedKeyOf(certificatePem) !== request.publicKeyPem) return false;
  return privateKeyPem === undefined ? request !== undefined : tools.matchesPrivateKey(certificatePem, privateKeyPem);
}

/** A certificate that nobody can use would otherwise take the place of one that works. */
function requireValidity({ info }: IssuedCertificate, now: Date): void {
  const { notBefore, notAfter } = info;
  const range = `it is valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
  if (notAfter <= notBefore) throw rejected(`${range}, which is no time at all`);
  const clockHint = `The clock of this machine says ${now.toISOString()}: set it if it is wrong.`;
  if (notAfter <= now) throw rejected(`it has expired: ${range}`, clockHint);
  if (notBefore.getTime() > now.getTime() + clockToleranceMs)
    throw rejected(`it is not valid yet: ${range}`, clockHint);
}

function rejected(reason: string, advice = 'Report this to the CA; the next run orders again.'): WacsError {
  return new WacsError('CertificateRejected', `the certificate the CA sent was not accepted: ${reason}`, {
    hint: `The old certificate stays in use. ${advice}`,
  });
}
