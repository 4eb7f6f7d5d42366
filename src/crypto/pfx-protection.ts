import { createCipheriv, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { PfxProtection } from '../core/certificate.ts';
import type { DerNode, DerWriter } from './der-writer.ts';
import { derivePkcs12Key, purpose } from './pkcs12-kdf.ts';

/** Ciphertext and the AlgorithmIdentifier that says how to open it. */
export interface EncryptedContent {
  readonly algorithm: DerNode;
  readonly ciphertext: Buffer;
}

/** One way to protect a PKCS#12 file; both methods draw a fresh salt. */
export interface PfxScheme {
  encrypt(plain: Uint8Array, password: string): Promise<EncryptedContent>;
  /** `MacData` of RFC 7292 section 4 over the content. */
  authenticate(content: Uint8Array, password: string): DerNode;
}

const oid = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  sha1And3Des: '1.2.840.113549.1.12.1.3',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
};

/**
 * Rounds of each derivation. Legacy has the 2000 of Windows' own exports. Modern has the upper end of the 2000 to 10000
 * that Microsoft calls usual (KB5025823): imports take milliseconds and stay far below the 600000 at which Windows and
 * .NET refuse a file. Encryption and MAC have the same number because a password can be tried on the cheaper of the two.
 */
const iterations = { modern: 10_000, legacy: 2_000 };

/** Salt length of Windows' own exports, bytes. */
const saltLength = 20;

const deriveKey = promisify(pbkdf2);

/** The scheme behind a protection level. */
export function createPfxScheme(der: DerWriter, protection: PfxProtection): PfxScheme {
  const encrypt = protection === 'modern' ? encryptModern : encryptLegacy;
  const hash = protection === 'modern' ? 'sha256' : 'sha1';
  return {
    encrypt: (plain, password) => encrypt(der, plain, password),
    authenticate: (content, password) =>
      authenticate(der, content, { password, hash, iterations: iterations[protection] }),
  };
}

// PBES2 (RFC 8018 section 6.2); the password as UTF-8, which OpenSSL and Windows expect here.
async function encryptModern(der: DerWriter, plain: Uint8Array, password: string): Promise<EncryptedContent> {
  const salt = randomBytes(saltLength);
  const iv = randomBytes(16);
  const key = await deriveKey(Buffer.from(password, 'utf8'), salt, iterations.modern, 32, 'sha256');
  const prf = der.sequence(der.oid(oid.hmacSha256), der.nothing());
  const derivation = der.sequence(der.octets(salt), der.integer(iterations.modern), prf);
  const parameters = der.sequence(
    der.sequence(der.oid(oid.pbkdf2), derivation),
    der.sequence(der.oid(oid.aes256Cbc), der.octets(iv)),
  );
  const algorithm = der.sequence(der.oid(oid.pbes2), parameters);
  return { algorithm, ciphertext: encipher('aes-256-cbc', { key, iv }, plain) };
}

// pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C).
async function encryptLegacy(der: DerWriter, plain: Uint8Array, password: string): Promise<EncryptedContent> {
  const salt = randomBytes(saltLength);
  const input = { password, salt, iterations: iterations.legacy, hash: 'sha1' } as const;
  const key = derivePkcs12Key(purpose.encryptionKey, 24, input);
  const iv = derivePkcs12Key(purpose.initializationVector, 8, input);
  const parameters = der.sequence(der.octets(salt), der.integer(iterations.legacy));
  const algorithm = der.sequence(der.oid(oid.sha1And3Des), parameters);
  return { algorithm, ciphertext: encipher('des-ede3-cbc', { key, iv }, plain) };
}

function encipher(name: string, { key, iv }: { key: Buffer; iv: Buffer }, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(name, key, iv);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

interface MacOptions {
  readonly password: string;
  readonly hash: 'sha1' | 'sha256';
  readonly iterations: number;
}

function authenticate(der: DerWriter, content: Uint8Array, options: MacOptions): DerNode {
  const salt = randomBytes(saltLength);
  const length = options.hash === 'sha256' ? 32 : 20;
  const key = derivePkcs12Key(purpose.macKey, length, { ...options, salt });
  const digest = createHmac(options.hash, key).update(content).digest();
  const digestInfo = der.sequence(der.sequence(der.oid(oid[options.hash]), der.nothing()), der.octets(digest));
  return der.sequence(digestInfo, der.octets(salt), der.integer(options.iterations));
}
