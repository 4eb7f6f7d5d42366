import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { WacsError } from '../core/errors.ts';

const pemCertificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** Whom TLS trusts. */
export interface Trust {
  context(): SecureContext;
  /** Adds the system's roots; false when they are in already. */
  addSystemRoots(): boolean;
}

/**
 * Trust in the runtime's roots (Windows loads many of its own only on demand) and the given ones; the system's (company
 * CAs) on demand, because reading them costs 60 ms and 5 MB, and hardly any connection needs them.
 * @param extraPem PEM texts, each with one or more certificates
 * @throws (from `context`) WacsError ConfigurationError when a given text holds no certificate or a broken one
 */
export function createTrust(extraPem: readonly string[]): Trust {
  let context: SecureContext | undefined;
  let system: readonly string[] | undefined;
  return {
    context() {
      context ??= createSecureContext({
        ca: [...new Set([...getCACertificates('default'), ...(system ?? []), ...extraPem.flatMap(certificatesIn)])],
      });
      return context;
    },
    addSystemRoots() {
      if (system !== undefined) return false;
      system = systemRoots();
      context = undefined;
      return true;
    },
  };
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
