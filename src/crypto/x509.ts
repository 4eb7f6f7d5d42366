import { X509Certificate } from 'node:crypto';
import type { CertificateInfo } from '../core/certificate.ts';
import { WacsError } from '../core/errors.ts';
import { type CertificateFields, readCertificateFields } from './certificate-fields.ts';

/**
 * Reads the facts of the first certificate in a PEM text.
 * @throws WacsError CertificateRejected when there is none, or when it is malformed.
 */
export function readCertificate(pem: string): CertificateInfo {
  const certificate = parseCertificate(pem);
  try {
    return describe(certificate);
  } catch (cause) {
    throw unreadable('its contents are malformed', cause);
  }
}

/**
 * The first certificate in a PEM text.
 * @throws WacsError CertificateRejected when there is none.
 */
export function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw unreadable('the text holds no X.509 certificate in PEM form', cause);
  }
}

function describe(certificate: X509Certificate): CertificateInfo {
  const fields = readCertificateFields(certificate.raw);
  const { subject, issuer } = certificate.toLegacyObject();
  return {
    thumbprint: certificate.fingerprint.replaceAll(':', ''),
    sha256: certificate.fingerprint256.replaceAll(':', ''),
    serialNumber: certificate.serialNumber,
    commonName: mostSpecific(subject?.CN),
    issuerCommonName: mostSpecific(issuer?.CN),
    identifiers: fields.identifiers,
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    renewalInfoId: renewalInfoId(fields),
  };
}

// RFC 9773 section 4.1. The serial's content bytes are taken as they stand: a leading 00 is part of them.
function renewalInfoId({ authorityKeyId, serialNumber }: CertificateFields): string | undefined {
  if (authorityKeyId === undefined) return undefined;
  return [authorityKeyId, serialNumber].map((bytes) => Buffer.from(bytes).toString('base64url')).join('.');
}

// Distinguished names run from general to specific, so of several common names the last one counts.
function mostSpecific(names: string | readonly string[] | undefined): string | undefined {
  return typeof names === 'object' ? names.at(-1) : names;
}

function unreadable(reason: string, cause: unknown): WacsError {
  return new WacsError('CertificateRejected', `cannot read the certificate: ${reason}`, {
    hint: 'If the CA sent it, try again later or ask the CA; if it comes from a file, renew with --force.',
    cause,
  });
}
