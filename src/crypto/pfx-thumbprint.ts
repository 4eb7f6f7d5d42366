import { type DerElement, readElement, readElements } from './der-reader.ts';

const octetString = 0x04;
const set = 0x31;
/** DER content of 1.2.840.113549.1.9.21, localKeyId. */
const localKeyId = '2a864886f70d010915';
const sha1Length = 20;

/**
 * SHA-1 thumbprint of the certificate whose key a PKCS#12 file holds, upper-case hex, out of the local key id that stands
 * beside the encrypted key (RFC 7292 section 4.2.2); needs no password. Undefined for files that say something else there.
 */
export function readPfxThumbprint(pfx: Uint8Array): string | undefined {
  try {
    return findLocalKeyId(pfx)?.toUpperCase();
  } catch {
    return undefined;
  }
}

/** PFX: version, authSafe as data, which holds safes; a safe in the clear holds the bag of the key. */
function findLocalKeyId(pfx: Uint8Array): string | undefined {
  const [, authSafe] = members(readElement(pfx));
  const safes = contentOf(authSafe);
  if (safes === undefined) return undefined;
  return members(readElement(safes))
    .flatMap((safe) => contentOf(safe) ?? [])
    .flatMap((content) => members(readElement(content)))
    .map(keyIdOf)
    .find((id) => id !== undefined);
}

/** Content of a ContentInfo of type data; undefined for one that is encrypted. */
function contentOf(info: DerElement | undefined): Uint8Array | undefined {
  const content = info === undefined ? undefined : members(info)[1];
  const inner = content === undefined ? undefined : readElement(content.content);
  return inner?.tag === octetString ? inner.content : undefined;
}

function keyIdOf(bag: DerElement): string | undefined {
  const attributes = members(bag).find(({ tag }) => tag === set);
  if (attributes === undefined) return undefined;
  const own = members(attributes).find((attribute) => hex(members(attribute)[0]?.content) === localKeyId);
  const values = own === undefined ? undefined : members(own)[1];
  const value = values === undefined ? undefined : members(values)[0]?.content;
  return value?.length === sha1Length ? hex(value) : undefined;
}

function members({ content }: DerElement): readonly DerElement[] {
  return readElements(content);
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
