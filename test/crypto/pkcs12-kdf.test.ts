import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { derivePkcs12Key, type Pkcs12KdfInput, purpose } from '../../src/crypto/pkcs12-kdf.ts';
import { openssl, opensslMissing } from './openssl.ts';

/** The same derivation by OpenSSL. The password goes in as the BMPString that RFC 7292 appendix B.1 asks for. */
async function deriveByOpenssl(id: number, length: number, input: Pkcs12KdfInput): Promise<string> {
  const units = [...Array(input.password.length).keys()].map((index) => input.password.charCodeAt(index));
  const password = [...units, 0].map((unit) => unit.toString(16).padStart(4, '0')).join('');
  const options = {
    digest: input.hash,
    hexpass: password,
    hexsalt: Buffer.from(input.salt).toString('hex'),
    iter: input.iterations,
    id,
  };
  const settings = Object.entries(options).flatMap(([name, value]) => ['-kdfopt', `${name}:${value}`]);
  const { stdout } = await openssl(['kdf', '-keylen', `${length}`, ...settings, 'PKCS12KDF']);
  return stdout.trim().replaceAll(':', '').toLowerCase();
}

describe('derivePkcs12Key agrees with OpenSSL', () => {
  const salt = Buffer.from('0a58cf64530d823f', 'hex');
  const cases: readonly [string, number, number, Pkcs12KdfInput][] = [
    ['3DES key', purpose.encryptionKey, 24, { password: 'smeg', salt, iterations: 1, hash: 'sha1' }],
    [
      '3DES initialization vector',
      purpose.initializationVector,
      8,
      { password: 'smeg', salt, iterations: 2000, hash: 'sha1' },
    ],
    ['MAC key', purpose.macKey, 32, { password: 'queeg', salt, iterations: 1000, hash: 'sha256' }],
    ['no password', purpose.macKey, 20, { password: '', salt, iterations: 10, hash: 'sha1' }],
    ['beyond the basic plane', purpose.macKey, 32, { password: 'Ω密😀', salt, iterations: 10, hash: 'sha256' }],
    ['more than a block of password', 1, 24, { password: 'a long one '.repeat(9), salt, iterations: 10, hash: 'sha1' }],
    [
      'more than a block of salt',
      1,
      24,
      { password: 'x', salt: Buffer.alloc(100, salt), iterations: 10, hash: 'sha1' },
    ],
    [
      'sums that carry over',
      1,
      100,
      { password: '\uffff', salt: Buffer.alloc(64, 255), iterations: 1, hash: 'sha256' },
    ],
  ];
  for (const [name, id, length, input] of cases) {
    test(name, async (t) => {
      const missing = await opensslMissing();
      if (missing !== undefined) return t.skip(missing);

      assert.equal(derivePkcs12Key(id, length, input).toString('hex'), await deriveByOpenssl(id, length, input));
    });
  }
});
