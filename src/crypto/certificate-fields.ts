import type { Identifier } from '../core/identifier.ts';
import { type DerElement, readElement, readElements } from './der-reader.ts';
import { extensionIds, readAlternativeNames, readExtensions } from './extensions.ts';

/** Fields of a certificate that Node does not give, or not in their exact form. */
export interface CertificateFields {
  /** DER content bytes of the serial number, sign byte included. */
  readonly serialNumber: Uint8Array;
  /** Key identifier of the authority key identifier extension (RFC 5280 section 4.2.1.1). */
  readonly authorityKeyId: Uint8Array | undefined;
  /** DNS names and addresses of the subject alternative name extension (RFC 5280 section 4.2.1.6). */
  readonly identifiers: readonly Identifier[];
}

const tag = { integer: 0x02, extensions: 0xa3, keyId: 0x80 };

/**
 * Reads the fields from a certificate's DER form (RFC 5280 section 4.1).
 * @throws RangeError when the bytes do not follow it.
 */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const [toBeSigned] = readElements(readElement(der).content);
  const fields = readElements(mandatory(toBeSigned).content);
  const wrapper = fields.find((field) => field.tag === tag.extensions);
  const extensions = readExtensions(wrapper === undefined ? new Uint8Array() : readElement(wrapper.content).content);
  return {
    serialNumber: mandatory(fields.find((field) => field.tag === tag.integer)).content,
    authorityKeyId: readAuthorityKeyId(extensions.get(extensionIds.authorityKeyId)),
    identifiers: readAlternativeNames(extensions.get(extensionIds.subjectAltName)).identifiers,
  };
}

function readAuthorityKeyId(value: Uint8Array | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  return readElements(readElement(value).content).find((part) => part.tag === tag.keyId)?.content;
}

function mandatory(element: DerElement | undefined): DerElement {
  if (element === undefined) throw new RangeError('a mandatory field is missing');
  return element;
}
