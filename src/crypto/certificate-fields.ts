import { type Identifier, parseIdentifier } from '../core/identifier.ts';
import { type DerElement, readElement, readElements } from './der-reader.ts';

/** Fields of a certificate that Node does not give, or not in their exact form. */
export interface CertificateFields {
  /** DER content bytes of the serial number, sign byte included. */
  readonly serialNumber: Uint8Array;
  /** Key identifier of the authority key identifier extension (RFC 5280 section 4.2.1.1). */
  readonly authorityKeyId: Uint8Array | undefined;
  /** DNS names and addresses of the subject alternative name extension (RFC 5280 section 4.2.1.6). */
  readonly identifiers: readonly Identifier[];
}

const tag = { integer: 0x02, oid: 0x06, octets: 0x04, extensions: 0xa3, keyId: 0x80, dnsName: 0x82, address: 0x87 };
const extensionIds = { subjectAltName: '551d11', authorityKeyId: '551d23' };

/**
 * Reads the fields from a certificate's DER form (RFC 5280 section 4.1).
 * @throws RangeError when the bytes do not follow it.
 */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const [toBeSigned] = readElements(readElement(der).content);
  const fields = readElements(mandatory(toBeSigned).content);
  const extensions = readExtensions(fields);
  return {
    serialNumber: mandatory(fields.find((field) => field.tag === tag.integer)).content,
    authorityKeyId: readAuthorityKeyId(extensions.get(extensionIds.authorityKeyId)),
    identifiers: readAlternativeNames(extensions.get(extensionIds.subjectAltName)),
  };
}

function readExtensions(fields: readonly DerElement[]): ReadonlyMap<string, Uint8Array> {
  const wrapper = fields.find((field) => field.tag === tag.extensions);
  if (wrapper === undefined) return new Map();
  return new Map(readElements(readElement(wrapper.content).content).map(readExtension));
}

function readExtension(extension: DerElement): [string, Uint8Array] {
  const parts = readElements(extension.content);
  const id = mandatory(parts.find((part) => part.tag === tag.oid)).content;
  const value = mandatory(parts.find((part) => part.tag === tag.octets)).content;
  return [Buffer.from(id).toString('hex'), value];
}

function readAuthorityKeyId(value: Uint8Array | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  return readElements(readElement(value).content).find((part) => part.tag === tag.keyId)?.content;
}

function readAlternativeNames(value: Uint8Array | undefined): readonly Identifier[] {
  if (value === undefined) return [];
  return readElements(readElement(value).content).flatMap((name): Identifier[] => {
    if (name.tag === tag.dnsName) return [{ type: 'dns', value: dnsName(name.content) }];
    return name.tag === tag.address ? [parseIdentifier(addressText(name.content))] : [];
  });
}

function dnsName(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').toLowerCase().replace(/\.$/, '');
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new RangeError(`an address of ${bytes.length} bytes`);
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/(.{4})(?=.)/g, '$1:');
}

function mandatory(element: DerElement | undefined): DerElement {
  if (element === undefined) throw new RangeError('a mandatory field is missing');
  return element;
}
