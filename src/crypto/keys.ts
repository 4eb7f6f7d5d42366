import { createPublicKey, generateKeyPair, type KeyObject, createPrivateKey as parseKey } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeySpec } from '../core/certificate.ts';
import { WacsError } from '../core/errors.ts';
import { parseCertificate } from './x509.ts';

const generate = promisify(generateKeyPair);

/** Curves as OpenSSL calls them. */
const curveNames = { 'P-256': 'prime256v1', 'P-384': 'secp384r1' };

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

/** The public key of a private key as SubjectPublicKeyInfo in PEM form. @throws WacsError ConfigurationError. */
export function publicKeyOf(privateKeyPem: string): string {
  return createPublicKey(readPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'pem' }).toString();
}

/** The public key of a certificate as SubjectPublicKeyInfo in PEM form. @throws WacsError CertificateRejected. */
export function certifiedKeyOf(certificatePem: string): string {
  return parseCertificate(certificatePem).publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** True when a key is of this kind and size. @throws WacsError ConfigurationError when it cannot be read. */
export function isOfKind(privateKeyPem: string, spec: KeySpec): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = readPrivateKey(privateKeyPem);
  if (spec.type === 'rsa') return asymmetricKeyType === 'rsa' && asymmetricKeyDetails?.modulusLength === spec.bits;
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curveNames[spec.curve];
}

/**
 * A private key of the administrator in any PEM form (PKCS#8, PKCS#1, SEC 1) as PKCS#8.
 * @throws WacsError SourceError; the text itself never gets into the error.
 */
export function importPrivateKey(pem: string): string {
  const block = /-----BEGIN ((?:\w+ )*PRIVATE KEY)-----[\s\S]+?-----END \1-----/.exec(pem);
  const encrypted = block !== null && /ENCRYPTED/.test(block[0]);
  if (block === null || encrypted) {
    throw new WacsError(
      'SourceError',
      encrypted ? 'the private key is encrypted' : 'there is no private key in PEM form',
      {
        hint: 'Give an unencrypted key; openssl pkey -in FILE -out NEWFILE writes one.',
      },
    );
  }
  try {
    return parseKey(block[0]).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch (cause) {
    throw new WacsError('SourceError', 'the private key is damaged or of an unknown kind', { cause });
  }
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
