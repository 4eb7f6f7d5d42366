import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { openssl, opensslMissing, withFile } from './openssl.ts';

const { createPfx, readPfxThumbprint } = createCertificateTools();
const certificate = await createTestCertificate({ intermediates: 2 });

for (const protection of ['modern', 'legacy'] as const) {
  test(`the certificate of a ${protection} PFX is known without its password`, async () => {
    const pfx = await createPfx({ certificate, password: 'secret', protection });
    assert.equal(readPfxThumbprint(pfx), certificate.info.thumbprint);
  });
}

test('the certificate of a PFX by openssl is known too', async (t) => {
  const missing = await opensslMissing();
  if (missing !== undefined) return t.skip(missing);
  const pem = certificate.privateKeyPem + certificate.certificatePem;
  const pfx = await withFile(pem, async (path) => {
    await openssl(['pkcs12', '-export', '-in', path, '-out', `${path}.pfx`, '-passout', 'pass:x']);
    return readFileSync(`${path}.pfx`);
  });
  assert.equal(readPfxThumbprint(pfx), certificate.info.thumbprint);
});

test('whatever is no PFX says nothing', async () => {
  const pfx = await createPfx({ certificate, password: '', protection: 'modern' });
  for (const bytes of [Buffer.alloc(0), Buffer.from('text'), randomBytes(500), pfx.subarray(0, 200)])
    assert.equal(readPfxThumbprint(bytes), undefined);
  for (let round = 0; round < 500; round += 1) {
    const damaged = Buffer.from(pfx);
    damaged[round % 60] = (round * 31) % 256;
    assert.doesNotThrow(() => readPfxThumbprint(damaged));
  }
});
