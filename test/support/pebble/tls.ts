import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** All PEM. */
export interface LocalhostTls {
  readonly caCertificate: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** Absolute paths of the same three. */
export interface LocalhostTlsFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/**
 * Makes a certification authority for one test run and its certificate for localhost, 127.0.0.1 and ::1; a week's life.
 * @param hosts further names for the certificate
 */
export async function createLocalhostTls(hosts: readonly string[] = []): Promise<LocalhostTls> {
  const authorityKeys = await newKeyPair();
  const authority = await issueAuthority(authorityKeys);
  const keys = await newKeyPair();
  const leaf = await issueLeaf(keys, authority, { authorityKeys, hosts });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    caCertificate: `${authority.toString('pem')}\n`,
    certificate: `${leaf.toString('pem')}\n`,
    privateKey: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
  };
}

/** Writes the three into `folder`, which must exist, readable by nobody else. */
export async function writeLocalhostTls(folder: string, tls: LocalhostTls): Promise<LocalhostTlsFiles> {
  const files = {
    caFile: join(folder, 'test-ca.pem'),
    certificateFile: join(folder, 'localhost.pem'),
    privateKeyFile: join(folder, 'localhost.key'),
  };
  await writeFile(files.caFile, tls.caCertificate, { mode: 0o600 });
  await writeFile(files.certificateFile, tls.certificate, { mode: 0o600 });
  await writeFile(files.privateKeyFile, tls.privateKey, { mode: 0o600 });
  return files;
}

async function issueAuthority(keys: webcrypto.CryptoKeyPair): Promise<X509Certificate> {
  return X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test CA for localhost',
    keys,
    signingAlgorithm: ALGORITHM,
    ...lifetime(),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

async function issueLeaf(
  keys: webcrypto.CryptoKeyPair,
  authority: X509Certificate,
  { authorityKeys, hosts }: { authorityKeys: webcrypto.CryptoKeyPair; hosts: readonly string[] },
): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    ...lifetime(),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        ...hosts.map((value) => ({ type: 'dns' as const, value })),
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** Starts a day back, for guests whose clock is slow. */
function lifetime(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 7 * DAY_MS) };
}

function newKeyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
