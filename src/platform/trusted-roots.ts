import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { WacsError } from '../core/errors.ts';

const pemCertificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/**
 * TLS trust: the runtime's roots (Windows loads many of its own only on demand), the system's (company CAs), and the
 * given ones. Costs about 60 ms, hence only where a connection is about to be made.
 * @param extraPem PEM texts, each with one or more certificates
 * @throws WacsError ConfigurationError when a given text holds no certificate or a broken one
 */
export function createTrustContext(extraPem: readonly string[]): SecureContext {
  const extra = extraPem.flatMap(certificatesIn);
  return createSecureContext({ ca: [...new Set([...getCACertificates('default'), ...systemRoots(), ...extra])] });
}

/**
 * The certificates of a PEM text, checked here because TLS itself drops unusable PEM in silence.
 * @throws WacsError ConfigurationError when there is none or a broken one.
 */
export function certificatesIn(pem: string): string[] {
  const blocks = pem.match(pemCertificate) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (cause) {
    throw noUsableRoots('a certificate in it is broken', cause);
  }
  if (blocks.length === 0) throw noUsableRoots('there is no PEM certificate in it');
  return blocks;
}

function noUsableRoots(reason: string, cause?: unknown): WacsError {
  return new WacsError('ConfigurationError', `cannot use the file of extra root certificates: ${reason}`, {
    hint: 'give --cafile a PEM file with one or more certificates',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A system whose store cannot be read still has the runtime's roots. */
function systemRoots(): string[] {
  try {
    return getCACertificates('system');
  } catch {
    return [];
  }
}
