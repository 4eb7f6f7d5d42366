import { type KeyObject, createPrivateKey as parseKey } from 'node:crypto';
import type { KeySpec } from '../core/certificate.ts';
import { WacsError } from '../core/errors.ts';

/** Curves of ES256 and ES384 (RFC 7518 section 3.4) by the names OpenSSL has for them. */
const curves: Readonly<Record<string, 'P-256' | 'P-384'>> = { prime256v1: 'P-256', secp384r1: 'P-384' };
const smallestRsaBits = 2048;

/** Kind and size of a new account key: by its algorithm (RFC 7518 section 3.1), or like another key, PKCS#8 PEM. */
export function accountKeySpec(kind: 'ES256' | 'RS256' | { readonly like: string }): KeySpec {
  if (kind === 'RS256') return { type: 'rsa', bits: 2048 };
  const known = kind === 'ES256' ? undefined : kindOf(parseKey(kind.like));
  return known ?? { type: 'ec', curve: 'P-256' };
}

/**
 * An account key from a file, as PKCS#8 PEM.
 * @throws WacsError ConfigurationError naming the file; its text never gets into the error.
 */
export function readAccountKey(pem: string, path: string): string {
  let key: KeyObject;
  try {
    key = parseKey(pem);
  } catch (cause) {
    const isEncrypted = /ENCRYPTED/.test(pem);
    throw new WacsError('ConfigurationError', `cannot read an account key from ${path}`, {
      hint: isEncrypted
        ? 'The key is encrypted: decrypt it first, for instance with openssl pkey.'
        : 'Give a file with one private key in PEM form.',
      cause,
    });
  }
  if (kindOf(key) !== undefined) return key.export({ type: 'pkcs8', format: 'pem' });
  throw new WacsError('ConfigurationError', `the key in ${path} is of a kind that cannot be an account key`, {
    hint: `Account keys are RSA of at least ${smallestRsaBits} bits, or on the curves P-256 and P-384.`,
  });
}

function kindOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): KeySpec | undefined {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'rsa') {
    if (modulusLength < smallestRsaBits) return undefined;
    return { type: 'rsa', bits: modulusLength >= 4096 ? 4096 : modulusLength >= 3072 ? 3072 : 2048 };
  }
  const curve = curves[namedCurve];
  return asymmetricKeyType === 'ec' && curve !== undefined ? { type: 'ec', curve } : undefined;
}
