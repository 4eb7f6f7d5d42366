import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestChain } from '../support/certificates.ts';

const { isOrderedChain } = createCertificateTools();

describe('isOrderedChain', () => {
  for (const keyType of ['RSA-2048', 'P-256', 'P-384'] as const) {
    test(`accepts ${keyType} chains with and without root`, async () => {
      const { leafPem, chainPem, rootPem } = await createTestChain({ keyType, intermediates: 2 });

      assert.equal(chainPem.length, 2);
      assert.equal(isOrderedChain([leafPem, ...chainPem]), true);
      assert.equal(isOrderedChain([leafPem, ...chainPem, rootPem]), true);
    });
  }

  test('accepts a leaf alone', async () => {
    assert.equal(isOrderedChain([(await createTestChain()).leafPem]), true);
  });

  test('refuses a wrong order, a gap and a repeated leaf', async () => {
    const { leafPem, chainPem, rootPem } = await createTestChain({ intermediates: 2 });

    assert.equal(isOrderedChain([leafPem, ...chainPem.toReversed()]), false);
    assert.equal(isOrderedChain([leafPem, rootPem]), false);
    assert.equal(isOrderedChain([leafPem, leafPem, ...chainPem]), false);
    assert.equal(isOrderedChain([...chainPem, leafPem]), false);
  });

  test('refuses an issuer of the same name with another key', async () => {
    const [ours, theirs] = await Promise.all([createTestChain(), createTestChain()]);

    assert.equal(isOrderedChain([ours.leafPem, ...theirs.chainPem]), false);
  });

  test('refuses an issuer of another name with the same key', async () => {
    const { leafPem, chainPem, rootPem } = await createTestChain();
    const keyPem = new X509Certificate(chainPem[0] ?? rootPem).publicKey.export({ type: 'spki', format: 'pem' });
    const impostor = await createTestChain({ keyPem });

    assert.equal(isOrderedChain([leafPem, impostor.leafPem]), false);
  });

  test('refuses a certificate whose signature was changed', async () => {
    const { leafPem, chainPem } = await createTestChain({ keyType: 'RSA-2048' });

    assert.equal(isOrderedChain([changeLastByte(leafPem), ...chainPem]), false);
  });

  test('reports what is not a certificate', async () => {
    const { leafPem } = await createTestChain();

    assert.throws(() => isOrderedChain([leafPem, 'nonsense']), { code: 'CertificateRejected' });
  });
});

function changeLastByte(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}
