import { createHmac, timingSafeEqual } from 'node:crypto';
import { dnsClass, dnsType, nameBytes, readName, uint16, uint32, uint48 } from './wire.ts';

/** Names of the algorithms on the wire (RFC 8945 section 6), by their hash. */
const wireNames = {
  md5: 'hmac-md5.sig-alg.reg.int',
  sha1: 'hmac-sha1',
  sha224: 'hmac-sha224',
  sha256: 'hmac-sha256',
  sha384: 'hmac-sha384',
  sha512: 'hmac-sha512',
} as const;

/** Hash of a TSIG key. */
export type TsigHash = keyof typeof wireNames;

/** Every hash that can be used. */
export const tsigHashes = Object.keys(wireNames) as readonly TsigHash[];

/** A key shared with a DNS server. */
export interface TsigKey {
  readonly name: string;
  readonly hash: TsigHash;
  readonly secret: Uint8Array;
}

/** A message with its signature. */
export interface SignedMessage {
  readonly bytes: Buffer;
  readonly mac: Buffer;
}

/** What the signature of a reply says. */
export interface ReplySignature {
  /** Made with the key, for this reply to that request, and not at another time. */
  readonly isGenuine: boolean;
  /** Error of TSIG (RFC 8945 section 3); 0 without one. */
  readonly error: number;
  /** The server's clock, where it tells: seconds since 1970. */
  readonly serverSeconds?: number;
}

/** Seconds by which clocks may differ (RFC 8945 section 10, recommended). */
export const fudgeSeconds = 300;
const badTime = 18;

/** Signs a message (RFC 8945 section 5.1). @param nowSeconds since 1970 */
export function signMessage(message: Buffer, key: TsigKey, nowSeconds: number): SignedMessage {
  const plain = { seconds: nowSeconds, fudge: fudgeSeconds, error: 0, other: Buffer.alloc(0) };
  const mac = digest([message, variables(key, plain)], key);
  const data = Buffer.concat([
    nameBytes(wireNames[key.hash]),
    uint48(nowSeconds),
    uint16(fudgeSeconds, mac.length),
    mac,
    message.subarray(0, 2),
    uint16(0, 0),
  ]);
  const head = [nameBytes(key.name), uint16(dnsType.tsig, dnsClass.all), uint32(0), uint16(data.length)];
  return { bytes: withAdditionals(Buffer.concat([message, ...head, data]), 1), mac };
}

/**
 * Reads the signature of a reply (RFC 8945 section 5.3) and says whether it is one.
 * @param requestMac of the request that is replied to
 * @returns undefined for a reply without a signature
 * @throws RangeError for a damaged reply
 */
export function readSignature(
  reply: Buffer,
  key: TsigKey,
  { requestMac, nowSeconds }: { readonly requestMac: Buffer; readonly nowSeconds: number },
): ReplySignature | undefined {
  const record = findSignature(reply);
  if (record === undefined) return undefined;
  const { seconds, error, other, mac } = record;
  const told = error === badTime && other.length === 6 ? { serverSeconds: other.readUIntBE(0, 6) } : {};
  const unsigned = Buffer.from(withAdditionals(reply.subarray(0, record.start), -1));
  record.originalId.copy(unsigned, 0);
  const expected = digest([uint16(requestMac.length), requestMac, unsigned, variables(key, record)], key);
  const sameKey = record.key === plainName(key.name) && record.algorithm === wireNames[key.hash];
  const sameMac = mac.length === expected.length && timingSafeEqual(mac, expected);
  const inTime = error === badTime || Math.abs(nowSeconds - seconds) <= record.fudge;
  return { isGenuine: sameKey && sameMac && inTime, error, ...told };
}

interface Variables {
  readonly seconds: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Buffer;
}

interface SignatureRecord extends Variables {
  /** Where the record begins. */
  readonly start: number;
  readonly key: string;
  readonly algorithm: string;
  readonly mac: Buffer;
  readonly originalId: Buffer;
}

/** What is signed beside the message (RFC 8945 section 4.3.3). */
function variables(key: TsigKey, { seconds, fudge, error, other }: Variables): Buffer {
  return Buffer.concat([
    nameBytes(key.name),
    uint16(dnsClass.all),
    uint32(0),
    nameBytes(wireNames[key.hash]),
    uint48(seconds),
    uint16(fudge, error, other.length),
    other,
  ]);
}

function digest(parts: readonly Buffer[], { hash, secret }: TsigKey): Buffer {
  const hmac = createHmac(hash, secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** TSIG is the last record of all (RFC 8945 section 5.1). */
function findSignature(message: Buffer): SignatureRecord | undefined {
  let at = 12;
  for (let count = message.readUInt16BE(4); count > 0; count--) at = readName(message, at).end + 4;
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  for (let index = 1; index <= records; index++) {
    const { name, end } = readName(message, at);
    if (index === records && message.readUInt16BE(end) === dnsType.tsig) return readRecord(message, at, name, end + 10);
    at = end + 10 + message.readUInt16BE(end + 8);
  }
  return undefined;
}

function readRecord(message: Buffer, start: number, key: string, dataAt: number): SignatureRecord {
  const { name: algorithm, end } = readName(message, dataAt);
  const macAt = end + 10;
  const afterMac = macAt + message.readUInt16BE(end + 8);
  const otherAt = afterMac + 6;
  return {
    start,
    key,
    algorithm,
    seconds: message.readUIntBE(end, 6),
    fudge: message.readUInt16BE(end + 6),
    mac: message.subarray(macAt, afterMac),
    originalId: message.subarray(afterMac, afterMac + 2),
    error: message.readUInt16BE(afterMac + 2),
    other: message.subarray(otherAt, otherAt + message.readUInt16BE(afterMac + 4)),
  };
}

function withAdditionals(message: Buffer, change: 1 | -1): Buffer {
  const changed = Buffer.from(message);
  changed.writeUInt16BE(message.readUInt16BE(10) + change, 10);
  return changed;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
