import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { IssuedCertificate, PfxProtection } from '../../src/core/certificate.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestCertificate, type TestKeyType } from '../support/certificates.ts';
import { splitPem } from '../support/split-pem.ts';
import { openssl, opensslMissing, withFile } from './openssl.ts';

const { createPfx } = createCertificateTools();
const keyTypes: readonly TestKeyType[] = ['RSA-2048', 'P-256', 'P-384'];
const passwords = ['', 'ascii', 'pässwörd-Ω-密码-😀'];
const algorithms: Record<PfxProtection, { content: RegExp; key: RegExp; mac: RegExp }> = {
  modern: {
    content: /^PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256$/m,
    key: /^Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256$/m,
    mac: /^MAC: sha256, Iteration 10000$/m,
  },
  legacy: {
    content: /^PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000$/m,
    key: /^Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000$/m,
    mac: /^MAC: sha1, Iteration 2000$/m,
  },
};

function open(pfx: Uint8Array, password: string) {
  return withFile(pfx, (path) =>
    openssl(['pkcs12', '-in', path, '-passin', 'env:PFX_PASSWORD', '-info', '-nodes'], { PFX_PASSWORD: password }),
  );
}

function assertSameContents(opened: string, issued: IssuedCertificate): void {
  const found = splitPem(opened).map((pem) => new X509Certificate(pem).fingerprint256);
  const expected = [issued.certificatePem, ...issued.chainPem].map((pem) => new X509Certificate(pem).fingerprint256);
  assert.deepEqual(found, expected);
  const key = opened.slice(opened.indexOf('-----BEGIN PRIVATE KEY'));
  assert.ok(createPrivateKey(key).equals(createPrivateKey(issued.privateKeyPem ?? '')), 'another key came out');
}

for (const keyType of keyTypes) {
  describe(`createPfx with ${keyType}, read by openssl`, () => {
    let issued: IssuedCertificate;
    before(async () => {
      issued = await createTestCertificate({ keyType, intermediates: 2, friendlyName: 'Shop (renewed)' });
    });
    for (const protection of ['modern', 'legacy'] as const) {
      for (const password of passwords) {
        test(`${protection}, password "${password}"`, async (t) => {
          const missing = await opensslMissing();
          if (missing !== undefined) return t.skip(missing);
          const pfx = await createPfx({ certificate: issued, password, protection });

          const { stdout, stderr } = await open(pfx, password);

          assertSameContents(stdout, issued);
          for (const expected of Object.values(algorithms[protection])) assert.match(stderr, expected);
          await assert.rejects(open(pfx, `${password}x`), /invalid password/i);
        });
      }
    }
  });
}

describe('createPfx', () => {
  let issued: IssuedCertificate;
  before(async () => {
    issued = await createTestCertificate({ intermediates: 2, friendlyName: 'Shop (renewed)' });
  });

  test('ties key and leaf together by local key id and friendly name, and leaves the chain bare', async (t) => {
    const missing = await opensslMissing();
    if (missing !== undefined) return t.skip(missing);
    const { stdout } = await open(await createPfx({ certificate: issued, password: 'x', protection: 'modern' }), 'x');

    const localKeyId = issued.info.thumbprint.replace(/(..)/g, '$1 ').trim();
    assert.deepEqual(stdout.match(/localKeyID: .*\S/g), [`localKeyID: ${localKeyId}`, `localKeyID: ${localKeyId}`]);
    assert.deepEqual(stdout.match(/friendlyName: .*/g), Array(2).fill('friendlyName: Shop (renewed)'));
  });

  test('tells Windows where to keep the key, and leaves the name of the certificate alone', async (t) => {
    const missing = await opensslMissing();
    if (missing !== undefined) return t.skip(missing);
    const keyContainer = { name: 'wacs-1234', provider: 'Microsoft Software Key Storage Provider' };
    for (const keyType of ['RSA-2048', 'P-256'] as const) {
      const certificate = await createTestCertificate({ keyType, friendlyName: 'Shop' });
      const pfx = await createPfx({ certificate, password: 'x', protection: 'legacy', keyContainer });
      const { stdout } = await open(pfx, 'x');

      assertSameContents(stdout, certificate);
      assert.deepEqual(stdout.match(/friendlyName: .*/g), ['friendlyName: Shop', 'friendlyName: wacs-1234']);
      assert.deepEqual(stdout.match(/Microsoft CSP Name: .*/g), [`Microsoft CSP Name: ${keyContainer.provider}`]);
    }
  });

  test('leaves an empty friendly name out', async (t) => {
    const missing = await opensslMissing();
    if (missing !== undefined) return t.skip(missing);
    const unnamed = { ...issued, friendlyName: '' };
    const { stdout } = await open(await createPfx({ certificate: unnamed, password: 'x', protection: 'modern' }), 'x');

    assertSameContents(stdout, issued);
    assert.doesNotMatch(stdout, /friendlyName/);
  });

  test('draws fresh salts: two files of one request share no ciphertext', async () => {
    for (const protection of ['modern', 'legacy'] as const) {
      const request = { certificate: issued, password: 'x', protection };
      const files = await Promise.all([createPfx(request), createPfx(request)]);
      const [first, second] = files.map((file) =>
        Buffer.from(file).subarray(300, 1300).toString('hex').match(/.{32}/g),
      );

      assert.ok(first !== undefined && first?.length === 62);
      assert.deepEqual(
        first.filter((block) => second?.includes(block)),
        [],
      );
    }
  });

  test('shows neither names nor certificates without the password', async () => {
    for (const protection of ['modern', 'legacy'] as const) {
      const pfx = Buffer.from(await createPfx({ certificate: issued, password: 'x', protection }));
      assert.equal(pfx.includes(issued.commonName), false);
      assert.equal(pfx.includes(new X509Certificate(issued.certificatePem).raw.subarray(4, 64)), false);
    }
  });

  test('refuses a chain that cannot be read', async () => {
    const broken = { ...issued, chainPem: [...issued.chainPem, 'not a certificate'] };

    await assert.rejects(createPfx({ certificate: broken, password: 'x', protection: 'modern' }), {
      code: 'CertificateRejected',
    });
  });

  test('refuses a key that cannot be read, and never quotes it', async () => {
    const broken = { ...issued, privateKeyPem: 'secret-key-text' };

    await assert.rejects(createPfx({ certificate: broken, password: 'x', protection: 'modern' }), (error: Error) => {
      assert.equal((error as Error & { code: string }).code, 'ConfigurationError');
      assert.doesNotMatch(`${error.message} ${error.cause}`, /secret-key-text/);
      return true;
    });
  });
});
