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
  return {
    thumbprint: certificate.fingerprint.replaceAll(':', ''),
    sha256: certificate.fingerprint256.replaceAll(':', ''),
    serialNumber: certificate.serialNumber,
    commonName: commonNameOf(certificate.subject),
    issuerCommonName: commonNameOf(certificate.issuer),
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

/**
 * The common name in Node's text form of a distinguished name: one attribute a line, general to specific, special
 * characters escaped (RFC 4514 section 2.4). `toLegacyObject` would give it too, but in Node 26.10 it loads half of
 * `node:tls`, which then has no `createSecureContext` for the rest of the process.
 */
function commonNameOf(distinguishedName: string | undefined): string | undefined {
  const names = distinguishedName?.split('\n').filter((line) => line.startsWith('CN='));
  return names?.at(-1)?.slice('CN='.length).replace(/\\(.)/g, '$1');
}

function unreadable(reason: string, cause: unknown): WacsError {
  return new WacsError('CertificateRejected', `cannot read the certificate: ${reason}`, {
    hint: 'If the CA sent it, try again later or ask the CA; if it comes from a file, renew with --force.',
    cause,
  });
}
