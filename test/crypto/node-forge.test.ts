import assert from 'node:assert/strict';
import { test } from 'node:test';
import forge from 'node-forge';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestCertificate } from '../support/certificates.ts';

// Why src/crypto/pfx.ts exists. When one of the first two tests fails, node-forge's own writer is worth another look.

test('node-forge cannot read EC keys and certificates, so its PKCS#12 writer cannot take them', async () => {
  const issued = await createTestCertificate({ keyType: 'P-256' });

  assert.throws(() => forge.pki.privateKeyFromPem(issued.privateKeyPem), /Cannot read private key/);
  assert.throws(() => forge.pki.certificateFromPem(issued.certificatePem), /Cannot read public key/);
});

test('node-forge writes the certificates of a PKCS#12 file in the clear', async () => {
  const issued = await createTestCertificate({ keyType: 'RSA-2048' });
  const key = forge.pki.privateKeyFromPem(issued.privateKeyPem);
  const chain = [forge.pki.certificateFromPem(issued.certificatePem)];

  const pfx = forge.asn1.toDer(forge.pkcs12.toPkcs12Asn1(key, chain, 'x')).getBytes();

  assert.ok(pfx.includes(issued.commonName));
});

test('node-forge, as a second reader, opens a legacy file of ours', async () => {
  const friendlyName = 'Läden Ω 密码 😀';
  const password = 'pässwörd-Ω-密码-😀';
  const certificate = await createTestCertificate({ keyType: 'RSA-2048', intermediates: 2, friendlyName });
  const pfx = await createCertificateTools().createPfx({ certificate, password, protection: 'legacy' });

  const opened = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(Buffer.from(pfx).toString('latin1')), true, password);

  const named = opened.getBags({ friendlyName }).friendlyName ?? [];
  assert.deepEqual(
    named.map((bag) => bag.type),
    [forge.pki.oids.certBag, forge.pki.oids.pkcs8ShroudedKeyBag],
  );
});
