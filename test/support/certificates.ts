import { createPublicKey, generateKeyPair, type KeyObject, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';
import type { IssuedCertificate } from '../../src/core/certificate.ts';
import type { Identifier } from '../../src/core/identifier.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';

// The package asks for the provider's own methods, so Node's instance goes in as it is.
x509.cryptoProvider.set(webcrypto as unknown as Crypto);

/** Kinds of key a test certificate can have. */
export type TestKeyType = 'RSA-2048' | 'P-256' | 'P-384';

/** What a leaf looks like; everything has a default. */
export interface TestLeafOptions {
  /** Default: the DNS name `www.example.test`. */
  readonly identifiers?: readonly Identifier[];
  /** Default: the first identifier; null leaves the subject empty. */
  readonly commonName?: string | null;
  /** Kind of the leaf's key, and in `createTestChain` of every issuer's. Default: P-256, which is quick. */
  readonly keyType?: TestKeyType;
  /** Default: an hour ago. */
  readonly notBefore?: Date;
  /** Default: 90 days after `notBefore`. */
  readonly notAfter?: Date;
  /** Key of the leaf as PKCS#8 or SPKI PEM, for example from a request; default: a fresh one of `keyType`. */
  readonly keyPem?: string;
  /** Serial number in hex; default: random. */
  readonly serialNumber?: string;
}

/** What a chain looks like. */
export interface TestChainOptions extends TestLeafOptions {
  /** Number of certificates between root and leaf; default 1. */
  readonly intermediates?: number;
}

/** A leaf with all that signed it. */
export interface TestChain {
  readonly rootPem: string;
  /** Intermediates in the order of a CA's answer: the leaf's issuer first, root excluded. */
  readonly chainPem: readonly string[];
  readonly leafPem: string;
  /** PKCS#8 PEM; empty when only a public key was given. */
  readonly leafKeyPem: string;
}

/** A CA for tests that can issue any number of leaves. */
export interface TestAuthority {
  readonly rootPem: string;
  readonly chainPem: readonly string[];
  issue(options?: TestLeafOptions): Promise<Pick<TestChain, 'leafPem' | 'leafKeyPem'>>;
}

/** Creates root → intermediates → leaf. */
export async function createTestChain(options: TestChainOptions = {}): Promise<TestChain> {
  const authority = await createTestAuthority(options);
  return { rootPem: authority.rootPem, chainPem: authority.chainPem, ...(await authority.issue(options)) };
}

/** Creates a root and its intermediates, whose last one issues the leaves. */
export async function createTestAuthority(
  options: Pick<TestChainOptions, 'intermediates' | 'keyType'> = {},
): Promise<TestAuthority> {
  const keyType = options.keyType ?? 'P-256';
  const root = await createAuthority('Test Root', keyType);
  const authorities = [root];
  for (let number = 1; number <= (options.intermediates ?? 1); number++) {
    authorities.unshift(await createAuthority(`Test Intermediate ${number}`, keyType, authorities[0]));
  }
  const [issuer = root] = authorities;
  return {
    rootPem: root.pem,
    chainPem: authorities.slice(0, -1).map((authority) => authority.pem),
    issue: (leaf = {}) => issueLeaf(issuer, leaf),
  };
}

/** A chain in the form stores and installation steps get. */
export async function createTestCertificate(
  options: TestChainOptions & { readonly friendlyName?: string } = {},
): Promise<IssuedCertificate & { readonly privateKeyPem: string }> {
  const chain = await createTestChain(options);
  const info = createCertificateTools().readCertificate(chain.leafPem);
  const commonName = info.commonName ?? info.identifiers[0]?.value ?? 'unnamed';
  const { leafPem: certificatePem, leafKeyPem: privateKeyPem, chainPem } = chain;
  const friendlyName = options.friendlyName ?? commonName;
  return { info, commonName, friendlyName, privateKeyPem, certificatePem, chainPem };
}

interface Authority {
  readonly name: string;
  readonly pem: string;
  readonly signingKey: CryptoKey;
  readonly publicKey: KeyObject;
}

interface CertificateContent {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly x509.Extension[];
  readonly serialNumber?: string;
}

const day = 24 * 60 * 60 * 1000;
const hour = 60 * 60 * 1000;
const newKeyPair = promisify(generateKeyPair);

async function createAuthority(commonName: string, keyType: TestKeyType, issuer?: Authority): Promise<Authority> {
  const { privateKey, publicKey } = await createKeyPair(keyType);
  const name = `CN=${commonName}`;
  const self = { name, pem: '', signingKey: toSigningKey(privateKey, keyType), publicKey };
  const now = Date.now();
  const pem = await sign(issuer ?? self, {
    name,
    publicKey,
    notBefore: new Date(now - day),
    notAfter: new Date(now + 3650 * day),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { ...self, pem };
}

async function issueLeaf(issuer: Authority, options: TestLeafOptions) {
  const { leafKeyPem, publicKey } = await leafKey(options);
  const identifiers = options.identifiers ?? [{ type: 'dns', value: 'www.example.test' }];
  const commonName = options.commonName === undefined ? identifiers[0]?.value : options.commonName;
  const notBefore = options.notBefore ?? new Date(Date.now() - hour);
  const names = identifiers.map(({ type, value }) => ({ type, value }));
  const leafPem = await sign(issuer, {
    name: commonName ? `CN=${commonName}` : '',
    publicKey,
    notBefore,
    notAfter: options.notAfter ?? new Date(notBefore.getTime() + 90 * day),
    extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
    ...(options.serialNumber === undefined ? {} : { serialNumber: options.serialNumber }),
  });
  return { leafPem, leafKeyPem };
}

async function leafKey({ keyPem, keyType = 'P-256' }: TestLeafOptions) {
  if (keyPem !== undefined) {
    return { leafKeyPem: keyPem.includes('PRIVATE KEY') ? keyPem : '', publicKey: createPublicKey(keyPem) };
  }
  const { privateKey, publicKey } = await createKeyPair(keyType);
  return { leafKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }), publicKey };
}

async function sign(issuer: Authority, content: CertificateContent): Promise<string> {
  const { name, publicKey, extensions, ...rest } = content;
  const certificate = await x509.X509CertificateGenerator.create({
    ...rest,
    subject: name,
    issuer: issuer.name,
    publicKey: toSpki(publicKey),
    signingKey: issuer.signingKey,
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(toSpki(publicKey)),
      await x509.AuthorityKeyIdentifierExtension.create(toSpki(issuer.publicKey)),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

function createKeyPair(keyType: TestKeyType) {
  return keyType === 'RSA-2048'
    ? newKeyPair('rsa', { modulusLength: 2048 })
    : newKeyPair('ec', { namedCurve: keyType });
}

function toSigningKey(key: KeyObject, keyType: TestKeyType): CryptoKey {
  const algorithm =
    keyType === 'RSA-2048'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: keyType, hash: 'SHA-256' };
  return key.toCryptoKey(algorithm, true, ['sign']) as CryptoKey;
}

function toSpki(key: KeyObject): x509.PublicKey {
  return new x509.PublicKey(key.export({ type: 'spki', format: 'der' }));
}
