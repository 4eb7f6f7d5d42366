import { type Identifier, parseIdentifier } from '../core/identifier.ts';
import { readElement, readElements } from './der-reader.ts';

const tag = { oid: 0x06, octets: 0x04, dnsName: 0x82, address: 0x87 };

/** Object identifiers of extensions, content octets in hex. */
export const extensionIds = { subjectAltName: '551d11', authorityKeyId: '551d23' };

/** Kinds of alternative names that ACME has no identifiers for (RFC 5280 section 4.2.1.6), by tag. */
const otherKinds: Readonly<Record<number, string>> = {
  160: 'other name',
  129: 'e-mail address',
  163: 'X.400 address',
  164: 'directory name',
  165: 'EDI party name',
  134: 'URI',
  136: 'registered id',
};

/** Alternative names by what ACME can do with them. */
export interface AlternativeNames {
  /** DNS names in lower case, and addresses. */
  readonly identifiers: readonly Identifier[];
  /** Kinds of the other names. */
  readonly others: readonly string[];
}

/**
 * Values of extensions by object identifier, from the content of a SEQUENCE of them (RFC 5280 section 4.2).
 * @throws RangeError when the bytes do not follow it.
 */
export function readExtensions(list: Uint8Array): ReadonlyMap<string, Uint8Array> {
  return new Map(
    readElements(list).map((extension) => {
      const parts = readElements(extension.content);
      const id = parts.find((part) => part.tag === tag.oid)?.content;
      const value = parts.find((part) => part.tag === tag.octets)?.content;
      if (id === undefined || value === undefined) throw new RangeError('an extension without id or value');
      return [Buffer.from(id).toString('hex'), value];
    }),
  );
}

/** The subject alternative names in the value of the extension; none without it. @throws RangeError, SourceError. */
export function readAlternativeNames(value: Uint8Array | undefined): AlternativeNames {
  const names = value === undefined ? [] : readElements(readElement(value).content);
  return {
    identifiers: names.flatMap((name): Identifier[] => {
      if (name.tag === tag.dnsName) return [{ type: 'dns', value: dnsName(name.content) }];
      return name.tag === tag.address ? [parseIdentifier(addressText(name.content))] : [];
    }),
    others: names.flatMap((name) => otherKinds[name.tag] ?? []),
  };
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
