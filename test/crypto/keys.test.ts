import assert from 'node:assert/strict';
import { createPrivateKey as parseKey } from 'node:crypto';
import { describe, test } from 'node:test';
import type { KeySpec } from '../../src/core/certificate.ts';
import { createCertificateTools } from '../../src/crypto/certificate-tools.ts';
import { createTestChain } from '../support/certificates.ts';
import { openssl, opensslMissing, withFile } from './openssl.ts';

const { createPrivateKey, encryptPrivateKey, matchesPrivateKey } = createCertificateTools();
const ecKey: KeySpec = { type: 'ec', curve: 'P-256' };

describe('createPrivateKey', () => {
  const cases: readonly [KeySpec, object][] = [
    [
      { type: 'rsa', bits: 2048 },
      { modulusLength: 2048, publicExponent: 65537n },
    ],
    [
      { type: 'rsa', bits: 3072 },
      { modulusLength: 3072, publicExponent: 65537n },
    ],
    [ecKey, { namedCurve: 'prime256v1' }],
    [{ type: 'ec', curve: 'P-384' }, { namedCurve: 'secp384r1' }],
  ];
  for (const [spec, details] of cases) {
    test(`makes ${Object.values(spec).join(' ')} as PKCS#8`, async () => {
      const pem = await createPrivateKey(spec);

      assert.match(pem, /^-----BEGIN PRIVATE KEY-----\n/);
      assert.deepEqual(parseKey(pem).asymmetricKeyDetails, details);
    });
  }

  test('never makes the same key twice', async () => {
    assert.notEqual(await createPrivateKey(ecKey), await createPrivateKey(ecKey));
  });
});

describe('encryptPrivateKey', () => {
  for (const password of ['', 'ascii', 'pässwörd-Ω-密码-😀']) {
    test(`is opened by openssl with password "${password}" and by no other`, async (t) => {
      const missing = await opensslMissing();
      if (missing !== undefined) return t.skip(missing);
      const pem = await createPrivateKey(ecKey);
      const encrypted = encryptPrivateKey(pem, password);
      const decrypt = (tried: string) =>
        withFile(encrypted, (path) =>
          openssl(['pkey', '-in', path, '-passin', 'env:KEY_PASSWORD'], { KEY_PASSWORD: tried }),
        );

      assert.equal((await decrypt(password)).stdout, pem);
      await assert.rejects(decrypt(`${password}x`));
    });
  }

  test('uses AES-256-CBC under PBKDF2 with HMAC-SHA-256', async (t) => {
    const missing = await opensslMissing();
    if (missing !== undefined) return t.skip(missing);
    const encrypted = encryptPrivateKey(await createPrivateKey(ecKey), 'x');

    const { stdout } = await withFile(encrypted, (path) => openssl(['asn1parse', '-in', path]));

    for (const name of ['PBES2', 'PBKDF2', 'hmacWithSHA256', 'aes-256-cbc'])
      assert.ok(stdout.includes(`:${name}`), name);
  });

  test('refuses what is not a key', () => {
    assert.throws(() => encryptPrivateKey('nonsense', 'x'), { code: 'ConfigurationError' });
  });
});

describe('matchesPrivateKey', () => {
  for (const keyType of ['RSA-2048', 'P-256', 'P-384'] as const) {
    test(`knows the key of a ${keyType} certificate from others`, async () => {
      const { leafPem, leafKeyPem } = await createTestChain({ keyType, intermediates: 0 });

      assert.equal(matchesPrivateKey(leafPem, leafKeyPem), true);
      assert.equal(matchesPrivateKey(leafPem, await createPrivateKey({ type: 'ec', curve: 'P-384' })), false);
      assert.equal(matchesPrivateKey(leafPem, await createPrivateKey({ type: 'rsa', bits: 2048 })), false);
    });
  }

  test('tells an unreadable certificate from an unreadable key', async () => {
    const { leafPem, leafKeyPem } = await createTestChain();

    assert.throws(() => matchesPrivateKey('nonsense', leafKeyPem), { code: 'CertificateRejected' });
    assert.throws(() => matchesPrivateKey(leafPem, encryptPrivateKey(leafKeyPem, 'x')), { code: 'ConfigurationError' });
  });
});
