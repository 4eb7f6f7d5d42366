import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { CertificateRequestContent } from '../core/certificate.ts';
import { WacsError } from '../core/errors.ts';
import type { Identifier } from '../core/identifier.ts';
import { encode } from './der-encoder.ts';
import { readPrivateKey } from './keys.ts';

/** Longest common name X.509 has room for (RFC 5280 appendix A, ub-common-name). */
const commonNameLimit = 64;

const tag = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  nothing: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
};
const nameTag = { dns: 0x82, ip: 0x87 };

/** Content octets of object identifiers, in hex. */
const ids = {
  commonName: '550403',
  extensionRequest: '2a864886f70d01090e',
  subjectAltName: '551d11',
  tlsFeature: '2b06010505070118',
  sha256WithRsa: '2a864886f70d01010b',
  ecdsaWithSha256: '2a8648ce3d040302',
  ecdsaWithSha384: '2a8648ce3d040303',
};

/** `status_request` (RFC 6066 section 8), the one feature there is to insist on. */
const statusRequest = 5;

/**
 * A certificate request (RFC 2986, DER) with all names as subject alternative names, signed by its key. A common name
 * that does not fit stays a plain name.
 * @throws WacsError ConfigurationError when the key cannot be used.
 */
export function createRequest(content: CertificateRequestContent): Uint8Array {
  const key = readPrivateKey(content.privateKeyPem);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const version = encode(tag.integer, Buffer.from([0]));
  const info = encode(tag.sequence, version, subject(content.commonName), publicKey, attributes(content));
  const { algorithm, hash } = algorithmOf(key);
  // The first octet of a BIT STRING counts the bits that are not used.
  const signature = encode(tag.bits, Buffer.from([0]), sign(hash, info, key));
  return encode(tag.sequence, info, algorithm, signature);
}

function subject(commonName: string | undefined): Buffer {
  if (commonName === undefined || commonName.length > commonNameLimit) return encode(tag.sequence);
  const attribute = encode(tag.sequence, oid(ids.commonName), encode(tag.utf8, Buffer.from(commonName)));
  return encode(tag.sequence, encode(tag.set, attribute));
}

function attributes({ identifiers, mustStaple }: CertificateRequestContent): Buffer {
  const extensions = [extension(ids.subjectAltName, encode(tag.sequence, ...identifiers.map(alternativeName)))];
  const feature = encode(tag.sequence, encode(tag.integer, Buffer.from([statusRequest])));
  if (mustStaple === true) extensions.push(extension(ids.tlsFeature, feature));
  const values = encode(tag.set, encode(tag.sequence, ...extensions));
  return encode(0xa0, encode(tag.sequence, oid(ids.extensionRequest), values));
}

function extension(id: string, value: Buffer): Buffer {
  return encode(tag.sequence, oid(id), encode(tag.octets, value));
}

function alternativeName({ type, value }: Identifier): Buffer {
  return encode(nameTag[type], type === 'ip' ? addressBytes(value) : Buffer.from(value, 'latin1'));
}

/** Addresses come in canonical form: IPv6 in groups of hex digits, with one `::` at most. */
function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = [], tail = []] = address.split('::').map((side) => side.split(':').filter(Boolean));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function algorithmOf(key: KeyObject): { readonly algorithm: Buffer; readonly hash: string } {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType === 'rsa')
    return { algorithm: encode(tag.sequence, oid(ids.sha256WithRsa), encode(tag.nothing)), hash: 'sha256' };
  if (asymmetricKeyType === 'ec') {
    const isLarge = asymmetricKeyDetails?.namedCurve === 'secp384r1';
    const id = isLarge ? ids.ecdsaWithSha384 : ids.ecdsaWithSha256;
    return { algorithm: encode(tag.sequence, oid(id)), hash: isLarge ? 'sha384' : 'sha256' };
  }
  throw new WacsError('ConfigurationError', `a key of type ${asymmetricKeyType} cannot sign a certificate request`);
}

function oid(hex: string): Buffer {
  return encode(tag.oid, Buffer.from(hex, 'hex'));
}
