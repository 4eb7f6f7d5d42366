import { hash } from 'node:crypto';
import type { IssuedCertificate, PfxRequest } from '../core/certificate.ts';
import { requirePrivateKey } from '../core/private-key.ts';
import { type DerNode, type DerWriter, loadDerWriter } from './der-writer.ts';
import { readPrivateKey } from './keys.ts';
import { createPfxScheme, type PfxScheme } from './pfx-protection.ts';
import { parseCertificate } from './x509.ts';

const oid = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  keyProvider: '1.3.6.1.4.1.311.17.1',
};

interface Workshop {
  readonly der: DerWriter;
  readonly scheme: PfxScheme;
  readonly password: string;
}

/**
 * PKCS#12 file in password privacy and integrity mode (RFC 7292): the key in a shrouded bag; leaf and chain, in order,
 * in one encrypted safe. Local key id and friendly name tie key and leaf together. The schema is written here because
 * node-forge's own PKCS#12 refuses EC keys and leaves certificates in the clear.
 * @throws WacsError StoreError without a private key; CertificateRejected, ConfigurationError when a certificate or the
 * key cannot be read.
 */
export async function createPfx({ certificate, password, protection, keyContainer }: PfxRequest): Promise<Uint8Array> {
  const der = await loadDerWriter();
  const scheme = createPfxScheme(der, protection);
  const workshop = { der, scheme, password };
  const safes = der.sequence(
    await certificateSafe(workshop, certificate),
    await keySafe(workshop, certificate, keyContainer),
  );
  const content = der.encode(safes);
  const version = der.integer(3);
  return der.encode(der.sequence(version, dataContent(der, content), scheme.authenticate(content, password)));
}

async function certificateSafe({ der, scheme, password }: Workshop, issued: IssuedCertificate): Promise<DerNode> {
  const leaf = certificateBag(der, issued.certificatePem, der.set(...leafAttributes(der, issued)));
  const chain = issued.chainPem.map((pem) => certificateBag(der, pem));
  const plain = der.encode(der.sequence(leaf, ...chain));
  const { algorithm, ciphertext } = await scheme.encrypt(plain, password);
  const content = der.sequence(der.oid(oid.data), algorithm, der.taggedOctets(0, ciphertext));
  return der.sequence(der.oid(oid.encryptedData), der.tagged(0, der.sequence(der.integer(0), content)));
}

/** Windows takes name and provider of the key's container from the attributes of its bag (PFXImportCertStore, MS docs). */
async function keySafe(
  { der, scheme, password }: Workshop,
  issued: IssuedCertificate,
  container: PfxRequest['keyContainer'],
): Promise<DerNode> {
  const plain = readPrivateKey(requirePrivateKey(issued, 'a PFX file')).export({ type: 'pkcs8', format: 'der' });
  const { algorithm, ciphertext } = await scheme.encrypt(plain, password);
  const shrouded = der.sequence(algorithm, der.octets(ciphertext));
  const provider = container === undefined ? [] : [textAttribute(der, oid.keyProvider, container.provider)];
  const named = container === undefined ? issued : { ...issued, friendlyName: container.name };
  const attributes = der.set(...leafAttributes(der, named), ...provider);
  const bag = der.sequence(der.oid(oid.shroudedKeyBag), der.tagged(0, shrouded), attributes);
  return dataContent(der, der.encode(der.sequence(bag)));
}

function certificateBag(der: DerWriter, pem: string, ...attributes: readonly DerNode[]): DerNode {
  const value = der.tagged(0, der.octets(parseCertificate(pem).raw));
  const bag = der.sequence(der.oid(oid.x509Certificate), value);
  return der.sequence(der.oid(oid.certificateBag), der.tagged(0, bag), ...attributes);
}

function leafAttributes(der: DerWriter, { certificatePem, friendlyName }: IssuedCertificate): DerNode[] {
  const localKeyId = der.octets(hash('sha1', parseCertificate(certificatePem).raw, 'buffer'));
  const tie = der.sequence(der.oid(oid.localKeyId), der.set(localKeyId));
  return friendlyName === '' ? [tie] : [tie, textAttribute(der, oid.friendlyName, friendlyName)];
}

function textAttribute(der: DerWriter, name: string, text: string): DerNode {
  return der.sequence(der.oid(name), der.set(der.bmpString(text)));
}

function dataContent(der: DerWriter, content: Uint8Array): DerNode {
  return der.sequence(der.oid(oid.data), der.tagged(0, der.octets(content)));
}
