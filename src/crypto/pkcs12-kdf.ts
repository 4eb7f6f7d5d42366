import { hash } from 'node:crypto';

/** What a derived value is for (RFC 7292 appendix B.3). */
export const purpose = { encryptionKey: 1, initializationVector: 2, macKey: 3 } as const;

/** Inputs of the key derivation. */
export interface Pkcs12KdfInput {
  /** Secret. */
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly hash: 'sha1' | 'sha256';
}

/** Block size of SHA-1 and SHA-256, bytes; `v` of RFC 7292. */
const blockSize = 64;
const blockModulus = 1n << BigInt(blockSize * 8);

/**
 * Key derivation of PKCS#12 (RFC 7292 appendix B.2).
 * @param id one of `purpose`
 * @param length bytes to derive
 */
export function derivePkcs12Key(id: number, length: number, input: Pkcs12KdfInput): Buffer {
  const diversifier = Buffer.alloc(blockSize, id);
  let blocks = [...fillBlocks(input.salt), ...fillBlocks(encodePassword(input.password))];
  let derived = Buffer.alloc(0);
  while (derived.length < length) {
    const digest = hashRepeatedly(Buffer.concat([diversifier, ...blocks]), input);
    derived = Buffer.concat([derived, digest]);
    const increment = toNumber(Buffer.alloc(blockSize, digest)) + 1n;
    blocks = blocks.map((block) => toBlock((toNumber(block) + increment) % blockModulus));
  }
  return derived.subarray(0, length);
}

// BMPString with a two-byte terminator, also when empty (appendix B.1); surrogate pairs stand as two characters.
function encodePassword(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf16le').swap16();
}

function fillBlocks(bytes: Uint8Array): readonly Buffer[] {
  const count = Math.ceil(bytes.length / blockSize);
  const filled = Buffer.alloc(count * blockSize, bytes);
  return Array.from({ length: count }, (_, index) => filled.subarray(index * blockSize, (index + 1) * blockSize));
}

function hashRepeatedly(start: Buffer, input: Pkcs12KdfInput): Buffer {
  let digest = start;
  for (let round = 0; round < input.iterations; round++) digest = hash(input.hash, digest, 'buffer');
  return digest;
}

function toNumber(block: Buffer): bigint {
  return BigInt(`0x${block.toString('hex')}`);
}

function toBlock(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(blockSize * 2, '0'), 'hex');
}
