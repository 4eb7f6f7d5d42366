import { X509Certificate as NodeCertificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
} from '@peculiar/x509';
import { type Authority, createAuthority, signAuthority, signCertificate } from './authority.ts';
import type { FakeIdentifier } from './problem.ts';

/** How many certificates stand over a leaf. */
export interface IssuerOptions {
  /** Between root and leaf; at least 1, default 1. */
  readonly intermediates?: number;
  /** Further roots that sign the topmost intermediate too; each gives an alternate chain. Default 1. */
  readonly alternateRoots?: number;
}

/** What a leaf says. */
export interface LeafContent {
  /** Spki DER. */
  readonly publicKey: Buffer;
  readonly identifiers: readonly FakeIdentifier[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A leaf with its chains. */
export interface IssuedLeaf {
  /** Serial number in hex. */
  readonly serial: string;
  readonly der: Buffer;
  /** Certificate identifier of RFC 9773 section 4.1. */
  readonly renewalId: string;
  /** The default chain and its alternates, each leaf first in PEM without the root. */
  readonly chains: readonly (readonly string[])[];
}

/** Root → intermediates → leaf. */
export interface Issuer {
  /** PEM of all roots, the default one first; their names are `Fake ACME Root 1`, `Fake ACME Root 2` … */
  readonly rootPems: readonly string[];
  issue(content: LeafContent): Promise<IssuedLeaf>;
}

/** Makes roots and intermediates, all P-256. */
export async function createIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const roots = await createAuthorities('Fake ACME Root', 1 + (options.alternateRoots ?? 1));
  const intermediates = await createAuthorities('Fake ACME Intermediate', Math.max(1, options.intermediates ?? 1));
  const [top, ...lower] = intermediates;
  const signer = intermediates.at(-1);
  if (top === undefined || signer === undefined) throw new Error('no intermediate was made');
  const tops = await Promise.all(roots.map(async (root) => toPem(await signAuthority(root, top))));
  const lowerPems = await signDownwards(top, lower);
  return {
    rootPems: await Promise.all(roots.map(async (root) => toPem(await signAuthority(root, root)))),
    issue: async (content) => {
      const leaf = await signLeaf(signer, content);
      return describeLeaf(
        leaf,
        tops.map((topPem) => [toPem(leaf), ...lowerPems, topPem]),
      );
    },
  };
}

function createAuthorities(name: string, count: number): Promise<Authority[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => createAuthority(`${name} ${index + 1}`)));
}

/** Certificates of the lower intermediates, the one nearest to the leaf first. */
async function signDownwards(top: Authority, lower: readonly Authority[]): Promise<string[]> {
  const pems = lower.map(async (subject, index) => toPem(await signAuthority(lower[index - 1] ?? top, subject)));
  return (await Promise.all(pems)).reverse();
}

function signLeaf(signer: Authority, content: LeafContent): Promise<X509Certificate> {
  const { identifiers, ...rest } = content;
  const commonName = identifiers.find(({ type, value }) => type === 'dns' && value.length <= 64)?.value;
  const names = identifiers.map(({ type, value }) => ({
    type: type === 'ip' ? ('ip' as const) : ('dns' as const),
    value,
  }));
  return signCertificate(signer, {
    ...rest,
    subject: commonName === undefined ? '' : `CN=${commonName}`,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
    ],
  });
}

function describeLeaf(leaf: X509Certificate, chains: IssuedLeaf['chains']): IssuedLeaf {
  const der = Buffer.from(leaf.rawData);
  const serial = new NodeCertificate(der).serialNumber.toLowerCase();
  const keyIdentifier = leaf.getExtension(AuthorityKeyIdentifierExtension)?.keyId ?? '';
  // The identifier holds the DER content bytes: an integer whose high bit is set has a leading zero byte.
  const content = Number.parseInt(serial.slice(0, 2), 16) >= 0x80 ? `00${serial}` : serial;
  const renewalId = [keyIdentifier, content].map((hex) => Buffer.from(hex, 'hex').toString('base64url')).join('.');
  return { serial, der, renewalId, chains };
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
