import { generateKeyPair, type KeyObject, createPrivateKey as parseKey } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeySpec } from '../core/certificate.ts';
import { WacsError } from '../core/errors.ts';
import { parseCertificate } from './x509.ts';

const generate = promisify(generateKeyPair);

/** Creates a private key off the main thread; PKCS#8 PEM, unencrypted. */
export async function createPrivateKey(spec: KeySpec): Promise<string> {
  const { privateKey } =
    spec.type === 'rsa'
      ? await generate('rsa', { modulusLength: spec.bits })
      : await generate('ec', { namedCurve: spec.curve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' });
}

/**
 * PKCS#8 PEM encrypted by PBES2 (RFC 8018): AES-256-CBC under PBKDF2 with HMAC-SHA-256. The password counts as UTF-8.
 * @throws WacsError ConfigurationError when the key cannot be read.
 */
export function encryptPrivateKey(privateKeyPem: string, password: string): string {
  const key = readPrivateKey(privateKeyPem);
  return key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: password });
}

/**
 * True when the certificate's public key belongs to the private key.
 * @throws WacsError CertificateRejected, ConfigurationError when certificate or key cannot be read.
 */
export function matchesPrivateKey(certificatePem: string, privateKeyPem: string): boolean {
  return parseCertificate(certificatePem).checkPrivateKey(readPrivateKey(privateKeyPem));
}

/**
 * The key in an unencrypted PEM text.
 * @throws WacsError ConfigurationError when there is none; the text itself never gets into the error.
 */
export function readPrivateKey(privateKeyPem: string): KeyObject {
  try {
    return parseKey(privateKeyPem);
  } catch (cause) {
    throw new WacsError('ConfigurationError', 'cannot read the private key: it is not an unencrypted key in PEM form', {
      hint: 'The stored key is damaged. Renew with --force and without reusing the key to get a new one.',
      cause,
    });
  }
}
