import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { splitPem } from '../support/split-pem.ts';
import { failureOf } from '../support/wacs-error.ts';
import { openssl, opensslMissing, withFile } from './openssl.ts';

const { createP7b } = createCertificateTools();

for (const keyType of ['RSA-2048', 'P-384'] as const) {
  test(`openssl reads a P7B with ${keyType}: leaf and chain in order, and no key`, async (t) => {
    const missing = await opensslMissing();
    if (missing !== undefined) return t.skip(missing);
    const { certificatePem, chainPem } = await createTestCertificate({ keyType, intermediates: 3 });
    const pems = [certificatePem, ...chainPem];
    const p7b = await createP7b(pems);
    const { stdout } = await withFile(p7b, (path) => openssl(['pkcs7', '-inform', 'DER', '-in', path, '-print_certs']));
    const found = splitPem(stdout).map((pem) => new X509Certificate(pem).fingerprint256);
    assert.deepEqual(
      found,
      pems.map((pem) => new X509Certificate(pem).fingerprint256),
    );
  });
}

test('a text that is no certificate is refused', async () => {
  await failureOf(() => createP7b(['no certificate']), 'CertificateRejected');
});
