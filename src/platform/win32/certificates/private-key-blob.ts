import { createPrivateKey } from 'node:crypto';
import { WacsError } from '../../../core/errors.ts';

const privateKeyBlob = 0x07;
const blobVersion = 2;
/** CALG_RSA_KEYX. */
const rsaKeyExchange = 0xa400;
const headerLength = 20;

/** Whether a private key (PKCS#8 PEM) is an RSA key; CryptoAPI takes no other. */
export function isRsaKey(privateKeyPem: string): boolean {
  return createPrivateKey(privateKeyPem).asymmetricKeyType === 'rsa';
}

/**
 * An RSA key as CryptoAPI imports it: PUBLICKEYSTRUC, RSAPUBKEY, and the numbers with their lowest byte first ("RSA/Schannel
 * Key BLOBs", MS docs). Secret, in the clear: wipe it after use.
 * @param privateKeyPem PKCS#8 PEM
 * @throws WacsError StoreError for a key whose public exponent has more than 32 bits
 */
export function toPrivateKeyBlob(privateKeyPem: string): Buffer {
  const { n, e, d, p, q, dp, dq, qi } = createPrivateKey(privateKeyPem).export({ format: 'jwk' });
  const modulus = Buffer.from(n ?? '', 'base64url');
  const exponent = BigInt(`0x${Buffer.from(e ?? '', 'base64url').toString('hex')}`);
  if (exponent > 0xffff_ffffn) throw new WacsError('StoreError', 'CryptoAPI takes no public exponent above 32 bits');
  const [whole, half] = [modulus.length, Math.ceil(modulus.length / 2)];
  const numbers = [[n, whole], ...[p, q, dp, dq, qi].map((value) => [value, half] as const), [d, whole]] as const;
  const blob = Buffer.alloc(headerLength + numbers.reduce((sum, [, length]) => sum + length, 0));
  blob.writeUInt8(privateKeyBlob, 0);
  blob.writeUInt8(blobVersion, 1);
  blob.writeUInt32LE(rsaKeyExchange, 4);
  blob.write('RSA2', 8, 'latin1');
  blob.writeUInt32LE(whole * 8, 12);
  blob.writeUInt32LE(Number(exponent), 16);
  let offset = headerLength;
  for (const [value = '', length] of numbers) {
    const bytes = Buffer.from(value, 'base64url').reverse();
    if (bytes.length > length)
      throw new WacsError('StoreError', 'CryptoAPI takes no RSA key with primes of unequal length');
    bytes.copy(blob, offset);
    bytes.fill(0);
    offset += length;
  }
  return blob;
}
