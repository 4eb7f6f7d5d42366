/** Codes of the DNS that updates need (RFC 1035, RFC 2136, RFC 8945). */
export const dnsType = { soa: 6, txt: 16, tsig: 250 } as const;
export const dnsClass = { in: 1, none: 254, all: 255 } as const;

/** Whole numbers of 16 bits, one after the other. */
export function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

/** A whole number of 32 bits. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A whole number of 48 bits, as moments of TSIG have. */
export function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

/** A name in its canonical form: lower case, not compressed (RFC 4034 section 6.2). */
export function nameBytes(name: string): Buffer {
  const labels = name.toLowerCase().replace(/\.$/, '').split('.').filter(Boolean);
  return Buffer.concat([...labels.map((label) => lengthPrefixed(Buffer.from(label))), Buffer.alloc(1)]);
}

/** A text as TXT records have it: pieces of at most 255 bytes, each after its length. */
export function textBytes(text: string): Buffer {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += 255) pieces.push(lengthPrefixed(bytes.subarray(at, at + 255)));
  return Buffer.concat(pieces);
}

/** A name that was read, and what comes after it. */
export interface ReadName {
  /** Lower case, without a final dot. */
  readonly name: string;
  readonly end: number;
}

/** Reads a name, compressed or not (RFC 1035 section 4.1.4). @throws RangeError for a damaged one. */
export function readName(message: Buffer, start: number): ReadName {
  const labels: string[] = [];
  let end: number | undefined;
  let at = start;
  for (let length = byteAt(message, at); length !== 0; length = byteAt(message, at)) {
    if (length >= 0xc0) {
      end ??= at + 2;
      const target = message.readUInt16BE(at) & 0x3fff;
      // Only backwards, so that it ends.
      if (target >= at) throw new RangeError('a name points forwards');
      at = target;
    } else {
      if (length > 63 || at + 1 + length > message.length) throw new RangeError('a label is damaged');
      labels.push(message.toString('latin1', at + 1, at + 1 + length).toLowerCase());
      at += 1 + length;
    }
  }
  return { name: labels.join('.'), end: end ?? at + 1 };
}

function byteAt(message: Buffer, at: number): number {
  const byte = message[at];
  if (byte === undefined) throw new RangeError('the message is cut off');
  return byte;
}

function lengthPrefixed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
