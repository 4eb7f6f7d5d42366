import { hash, type KeyObject, randomBytes, verify, X509Certificate } from 'node:crypto';
import { getRawPointer } from 'node:ffi';
import { toWacsError, WacsError } from '../../../core/errors.ts';
import { advapi32 } from '../advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from '../library.ts';
import { ncrypt } from '../ncrypt.ts';
import { owned } from '../owned.ts';
import { readKeyContainer, silent } from './key-container.ts';
import { type OpenedKey, openKey } from './opened-key.ts';
import { derOf, nativeCopy } from './system-store.ts';

const what = 'cannot sign with the private key';
/** CALG_SHA1: the one hash that every RSA provider of CryptoAPI has. */
const sha1 = 0x8004;
/** BCRYPT_PAD_PKCS1. */
const pkcs1Padding = 2;
/** Bytes of the longest signature: RSA with 16384 bits. */
const longestSignature = 2048;

/**
 * Signs something with the private key of a certificate, and verifies it by the certificate: the key is there, it is the
 * right one, and this process may use it.
 * @throws WacsError AccessDenied, StoreError
 */
function proveKey(certificate: bigint): void {
  const { publicKey } = new X509Certificate(derOf(certificate));
  const container = readKeyContainer(certificate);
  if (container === undefined) throw new WacsError('StoreError', 'the store does not say where the private key is');
  using key = openKey(container);
  const data = randomBytes(32);
  const proven = key.api === 'cng' ? provenByCng(key, data, publicKey) : provenByCryptoApi(key, data, publicKey);
  if (!proven) throw new WacsError('StoreError', 'what the private key signs cannot be verified by the certificate');
}

/** Why the private key of a certificate cannot be used; undefined when it can. */
export function keyProblem(certificate: bigint): string | undefined {
  try {
    proveKey(certificate);
    return undefined;
  } catch (error) {
    return toWacsError(error).message;
  }
}

function provenByCryptoApi({ handle, keySpec }: OpenedKey, data: Buffer, publicKey: KeyObject): boolean {
  const { CryptCreateHash, CryptDestroyHash, CryptHashData, CryptSignHashW } = advapi32();
  const fail = (name: string): Error => win32Error(what, name, lastError(), 'StoreError');
  const out = nativeBuffer();
  if (CryptCreateHash(handle, sha1, 0n, 0, out) === 0) throw fail('CryptCreateHash');
  using digest = owned(out.readBigUInt64LE(0), CryptDestroyHash);
  if (CryptHashData(digest.handle, nativeCopy(data), data.length, 0) === 0) throw fail('CryptHashData');
  const signature = nativeBuffer(longestSignature);
  const size = nativeBuffer();
  size.writeUInt32LE(longestSignature, 0);
  if (CryptSignHashW(digest.handle, keySpec, 0n, 0, signature, size) === 0) throw fail('CryptSignHashW');
  // CryptoAPI has the lowest byte first.
  return verify('sha1', data, publicKey, signature.subarray(0, size.readUInt32LE(0)).reverse());
}

function provenByCng({ handle }: OpenedKey, data: Buffer, publicKey: KeyObject): boolean {
  const isRsa = publicKey.asymmetricKeyType === 'rsa';
  const digest = hash('sha256', data, 'buffer');
  const algorithm = wideString('SHA256');
  const padding = nativeBuffer();
  padding.writeBigUInt64LE(getRawPointer(algorithm), 0);
  const signature = nativeBuffer(longestSignature);
  const size = nativeBuffer();
  const status = ncrypt().NCryptSignHash(
    handle,
    isRsa ? padding : 0n,
    nativeCopy(digest),
    digest.length,
    signature,
    longestSignature,
    size,
    silent | (isRsa ? pkcs1Padding : 0),
  );
  // The padding points to the name: it has to stay referenced until here.
  algorithm.fill(0);
  if (status !== 0) throw win32Error(what, 'NCryptSignHash', status, 'StoreError');
  const signed = signature.subarray(0, size.readUInt32LE(0));
  return verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signed);
}
