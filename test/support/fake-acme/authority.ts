import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const tenYears = 3650 * 86_400_000;
const hour = 3_600_000;

/** A name with a key that signs certificates. */
export interface Authority {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** What is to be signed. */
export interface CertificateContent {
  /** Distinguished name; may be empty. */
  readonly subject: string;
  /** Spki DER. */
  readonly publicKey: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}

/** Makes a name with a fresh P-256 key. */
export async function createAuthority(commonName: string): Promise<Authority> {
  return { name: `CN=${commonName}`, keys: await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) };
}

/** Signs a CA certificate for the subject; for a root, issuer and subject are the same. */
export async function signAuthority(issuer: Authority, subject: Authority): Promise<X509Certificate> {
  return signCertificate(issuer, {
    subject: subject.name,
    publicKey: Buffer.from(await webcrypto.subtle.exportKey('spki', subject.keys.publicKey)),
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + tenYears),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
}

/** Signs a certificate with a random serial number of 16 bytes and both key identifiers. */
export async function signCertificate(issuer: Authority, content: CertificateContent): Promise<X509Certificate> {
  const publicKey = new PublicKey(content.publicKey);
  return X509CertificateGenerator.create({
    ...content,
    publicKey,
    serialNumber: randomSerial(),
    issuer: issuer.name,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      ...content.extensions,
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  });
}

/** First byte never zero, so that the number keeps its length; its high bit is set half of the time. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) || 1;
  return bytes.toString('hex');
}
