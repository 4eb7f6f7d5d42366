import { createPrivateKey, createPublicKey, hash, type KeyObject, randomInt, sign } from 'node:crypto';
import type { KeySpec } from '../core/certificate.ts';
import type { Identifier } from '../core/identifier.ts';
import { addressOctets } from '../core/ip-address.ts';
import { type DerNode, type DerWriter, loadDerWriter } from './der-writer.ts';
import { createPrivateKey as createKey } from './keys.ts';

/** A certificate and its key for a server of TLS. */
export interface ServerIdentity {
  readonly certificatePem: string;
  /** PKCS#8 PEM. Secret. */
  readonly privateKeyPem: string;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Clocks differ: the certificate is valid a day before it is made, and longer than any validation takes. */
const validity = { before: dayMs, after: 7 * dayMs };
const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  acmeIdentifier: '1.3.6.1.5.5.7.1.31',
};

/**
 * The certificate that answers tls-alpn-01 (RFC 8737 section 3, RFC 8738 for addresses): self-signed, the identifier as
 * its only alternative name, and the SHA-256 of the key authorization in the critical extension `acmeIdentifier`.
 */
export async function createChallengeCertificate(
  identifier: Identifier,
  keyAuthorization: string,
  now: Date,
): Promise<ServerIdentity> {
  const der = await loadDerWriter();
  const digest = hash('sha256', keyAuthorization, 'buffer');
  const names = der.encode(der.sequence(alternativeName(der, identifier)));
  return selfSign(der, now, [
    der.sequence(der.oid(oid.subjectAltName), der.octets(names)),
    der.sequence(der.oid(oid.acmeIdentifier), der.boolean(true), der.octets(der.encode(der.octets(digest)))),
  ]);
}

/** A self-signed certificate without names, for listeners whose clients do not look at it. */
export async function createNamelessCertificate(now: Date): Promise<ServerIdentity> {
  return selfSign(await loadDerWriter(), now, []);
}

/** A self-signed certificate without names for a key of a kind, to try things out with. */
export async function createSelfSigned(key: KeySpec, now: Date): Promise<ServerIdentity> {
  return selfSign(await loadDerWriter(), now, [], key);
}

function alternativeName(der: DerWriter, { type, value }: Identifier): DerNode {
  return type === 'ip'
    ? der.taggedOctets(7, Buffer.from(addressOctets(value)))
    : der.taggedOctets(2, Buffer.from(value));
}

async function selfSign(
  der: DerWriter,
  now: Date,
  extensions: readonly DerNode[],
  key: KeySpec = { type: 'ec', curve: 'P-256' },
): Promise<ServerIdentity> {
  const privateKey = createPrivateKey(await createKey(key));
  const publicKey = createPublicKey(privateKey);
  const algorithm =
    key.type === 'ec'
      ? der.sequence(der.oid(oid.ecdsaWithSha256))
      : der.sequence(der.oid(oid.rsaWithSha256), der.nothing());
  const content = describe(der, { now, extensions, algorithm, publicKey });
  const signature = sign('sha256', der.encode(content), privateKey);
  const certificate = der.encode(der.sequence(content, algorithm, der.bits(signature)));
  return {
    certificatePem: pemOf(certificate),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

interface Content {
  readonly now: Date;
  readonly extensions: readonly DerNode[];
  readonly algorithm: DerNode;
  readonly publicKey: KeyObject;
}

/** TBSCertificate of RFC 5280 section 4.1. */
function describe(der: DerWriter, { now, extensions, algorithm, publicKey }: Content): DerNode {
  const name = der.sequence(der.set(der.sequence(der.oid(oid.commonName), der.utf8String('ACME challenge'))));
  const time = (offset: number): DerNode => der.time(new Date(now.getTime() + offset));
  return der.sequence(
    der.tagged(0, der.integer(2)),
    der.integer(randomInt(1, 2 ** 31)),
    algorithm,
    name,
    der.sequence(time(-validity.before), time(validity.after)),
    name,
    der.encoded(publicKey.export({ type: 'spki', format: 'der' })),
    ...(extensions.length === 0 ? [] : [der.tagged(3, der.sequence(...extensions))]),
  );
}

function pemOf(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
