import assert from 'node:assert/strict';
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, publicEncrypt } from 'node:crypto';
import { describe, test } from 'node:test';
import { isRsaKey, toPrivateKeyBlob } from '../../../src/platform/win32/certificates/private-key-blob.ts';
import { openssl, opensslMissing } from '../../crypto/openssl.ts';
import { failureOf } from '../../support/wacs-error.ts';

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsa = (modulusLength: number, publicExponent = 0x1_0001): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;

/** The number at an offset, lowest byte first. */
function numberIn(blob: Buffer, offset: number, length: number): bigint {
  return BigInt(
    `0x${Buffer.from(blob.subarray(offset, offset + length))
      .reverse()
      .toString('hex')}`,
  );
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, factor] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}

describe('toPrivateKeyBlob', () => {
  for (const bits of [1024, 2048, 3072]) {
    test(`the numbers of a key with ${bits} bits are where CryptoAPI reads them`, () => {
      const key = rsa(bits);
      const blob = toPrivateKeyBlob(pem(key));
      const [whole, half] = [bits / 8, bits / 16];
      assert.equal(blob.subarray(0, 8).toString('hex'), '0702000000a40000');
      assert.equal(blob.toString('latin1', 8, 12), 'RSA2');
      assert.deepEqual([blob.readUInt32LE(12), blob.readUInt32LE(16)], [bits, 65_537]);
      assert.equal(blob.length, 20 + whole * 2 + half * 5);
      const at = (index: number): bigint => numberIn(blob, 20 + whole + half * index, half);
      const [n, d] = [numberIn(blob, 20, whole), numberIn(blob, 20 + whole + half * 5, whole)];
      const [p, q, dp, dq, qi] = [at(0), at(1), at(2), at(3), at(4)];
      assert.equal(p * q, n);
      assert.deepEqual([dp, dq, (qi * q) % p], [d % (p - 1n), d % (q - 1n), 1n]);

      // What the public key encrypts, the numbers decrypt.
      const secret = Buffer.alloc(whole, 7).fill(0, 0, 1);
      const padding = constants.RSA_NO_PADDING;
      const encrypted = publicEncrypt({ key: createPublicKey(pem(key)), padding }, secret);
      const decrypted = power(BigInt(`0x${encrypted.toString('hex')}`), d, n);
      assert.equal(decrypted, BigInt(`0x${secret.toString('hex')}`));
    });
  }

  test('a public exponent that does not fit into 32 bits is refused', async (t) => {
    const missing = await opensslMissing();
    if (missing !== undefined) return t.skip(missing);
    assert.equal(toPrivateKeyBlob(pem(rsa(1024, 3))).readUInt32LE(16), 3);
    const options = ['rsa_keygen_bits:1024', 'rsa_keygen_pubexp:4294967299'].flatMap((option) => ['-pkeyopt', option]);
    const { stdout } = await openssl(['genpkey', '-algorithm', 'RSA', ...options]);
    await failureOf(async () => toPrivateKeyBlob(stdout), 'StoreError');
  });
});

test('only RSA keys are for CryptoAPI', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  assert.deepEqual([isRsaKey(pem(rsa(1024))), isRsaKey(pem(privateKey))], [true, false]);
});
