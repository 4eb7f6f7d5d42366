import type { asn1 } from 'node-forge';

/** A node of an ASN.1 value that is to be encoded. */
export type DerNode = asn1.Asn1;

const firstGeneralizedYear = 2050;

/** Makes ASN.1 values and their DER encoding (X.690). */
export interface DerWriter {
  sequence(...members: DerNode[]): DerNode;
  set(...members: DerNode[]): DerNode;
  /** Constructed element `[number]` with explicit or structured content. */
  tagged(number: number, ...members: DerNode[]): DerNode;
  /** Primitive element `[number] IMPLICIT OCTET STRING`. */
  taggedOctets(number: number, bytes: Uint8Array): DerNode;
  octets(bytes: Uint8Array): DerNode;
  /** BIT STRING of whole octets. */
  bits(bytes: Uint8Array): DerNode;
  boolean(value: boolean): DerNode;
  /** @param value from 0 to 2^31 - 1 */
  integer(value: number): DerNode;
  /** @param dotted such as `1.2.840.113549.1.7.1` */
  oid(dotted: string): DerNode;
  /** UTF-16BE text; characters beyond the basic plane become surrogate pairs, as Windows writes them. */
  bmpString(text: string): DerNode;
  utf8String(text: string): DerNode;
  /** A moment in whole seconds, in the type that RFC 5280 section 4.1.2.5 wants for its year. */
  time(moment: Date): DerNode;
  /** A value that is encoded already. */
  encoded(der: Uint8Array): DerNode;
  nothing(): DerNode;
  /** A node out of its encoding, which comes out again as it was. */
  parse(der: Uint8Array): DerNode;
  encode(node: DerNode): Buffer;
}

/** Loads the encoder; kept out of the start because only PKCS#12 files and challenge certificates need it. */
export async function loadDerWriter(): Promise<DerWriter> {
  const { default: forge } = await import('node-forge/lib/asn1.js');
  const { Class, Type } = forge;
  const universal = (type: asn1.Type, value: string) => forge.create(Class.UNIVERSAL, type, false, value);
  const list = (type: asn1.Type, members: DerNode[]) => forge.create(Class.UNIVERSAL, type, true, members);
  const context = (number: asn1.Type, value: string | DerNode[]) =>
    forge.create(Class.CONTEXT_SPECIFIC, number, typeof value !== 'string', value);
  return {
    sequence: (...members) => list(Type.SEQUENCE, members),
    set: (...members) => list(Type.SET, members),
    tagged: (number, ...members) => context(number, members),
    taggedOctets: (number, bytes) => context(number, toBinary(bytes)),
    octets: (bytes) => universal(Type.OCTETSTRING, toBinary(bytes)),
    bits: (bytes) => universal(Type.BITSTRING, `\0${toBinary(bytes)}`),
    boolean: (value) => universal(Type.BOOLEAN, value ? '\xff' : '\0'),
    integer: (value) => universal(Type.INTEGER, forge.integerToDer(value).getBytes()),
    oid: (dotted) => universal(Type.OID, forge.oidToDer(dotted).getBytes()),
    bmpString: (text) => universal(Type.BMPSTRING, text),
    utf8String: (text) => universal(Type.UTF8, toBinary(Buffer.from(text))),
    time: (moment) =>
      moment.getUTCFullYear() < firstGeneralizedYear
        ? universal(Type.UTCTIME, forge.dateToUtcTime(moment))
        : universal(Type.GENERALIZEDTIME, forge.dateToGeneralizedTime(moment)),
    encoded: (der) => forge.fromDer(toBinary(der)),
    nothing: () => universal(Type.NULL, ''),
    parse: (der) => forge.fromDer(toBinary(der)),
    encode: (node) => Buffer.from(forge.toDer(node).getBytes(), 'latin1'),
  };
}

// node-forge keeps bytes as text, one character each.
function toBinary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
