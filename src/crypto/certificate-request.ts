import { constants, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { CertificateRequestInfo } from '../core/certificate.ts';
import { WacsError } from '../core/errors.ts';
import { type DerElement, readElement, readElements } from './der-reader.ts';
import { extensionIds, readAlternativeNames, readExtensions } from './extensions.ts';

const tag = { attributes: 0xa0, hash: 0xa0, bmpString: 0x1e };
/** Content octets of object identifiers, in hex. */
const ids = { commonName: '550403', extensionRequest: '2a864886f70d01090e', pss: '2a864886f70d01010a' };

/** Hash of each signature algorithm (RFC 8017 appendix C, RFC 5758, RFC 8410), and of each hash algorithm of PSS. */
const hashes: Readonly<Record<string, string | null>> = {
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010e': 'sha224',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha1',
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
  '2b6571': null,
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};

/**
 * Reads a certificate request (RFC 2986) in PEM or DER form and checks that it is signed by its own key.
 * @throws WacsError SourceError with the reason.
 */
export function readCertificateRequest(content: Uint8Array): CertificateRequestInfo {
  const { info, isSigned } = parse(toDer(content));
  if (isSigned) return info;
  throw new WacsError('SourceError', 'its signature is wrong: it was changed after it was made, or is damaged', {
    hint: 'Make a new certificate request with the private key.',
  });
}

/** The encoding of the PEM text does not matter: PowerShell writes UTF-16 when output is redirected. */
function toDer(content: Uint8Array): Uint8Array {
  if (content[0] === 0x30) return content;
  const text = Buffer.from(content).toString('latin1').replaceAll('\0', '');
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]+?)-----END/.exec(text)?.[1];
  if (body !== undefined) return Buffer.from(body, 'base64');
  throw new WacsError('SourceError', 'it holds no certificate request in PEM or DER form', {
    hint: 'Give a PKCS#10 request, as certreq -new or openssl req -new write it.',
  });
}

function parse(bytes: Uint8Array): { readonly info: CertificateRequestInfo; readonly isSigned: boolean } {
  try {
    const whole = readElement(bytes);
    const [signed, algorithm, signature] = readElements(whole.content);
    const [, subject, publicKeyInfo, ...rest] = readElements(mandatory(signed).content);
    const der = Buffer.from(mandatory(publicKeyInfo).bytes);
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const attributes = rest.find((element) => element.tag === tag.attributes);
    const extensions = readExtensions(attributes === undefined ? new Uint8Array() : requestedExtensions(attributes));
    const names = readAlternativeNames(extensions.get(extensionIds.subjectAltName));
    return {
      info: {
        der: whole.bytes,
        digest: hash('sha256', whole.bytes, 'hex'),
        publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        commonName: readCommonName(mandatory(subject)),
        identifiers: names.identifiers,
        otherNames: names.others,
      },
      isSigned: verifySignature(mandatory(signed), mandatory(algorithm), mandatory(signature), publicKey),
    };
  } catch (cause) {
    if (cause instanceof WacsError) throw cause;
    throw new WacsError('SourceError', 'it is no certificate request, or a damaged one', { cause });
  }
}

/** Content of the extensions asked for (RFC 2985 section 5.4.2); empty without any. */
function requestedExtensions(attributes: DerElement): Uint8Array {
  for (const attribute of readElements(attributes.content)) {
    const [id, values] = readElements(attribute.content);
    if (hex(mandatory(id)) === ids.extensionRequest)
      return readElement(readElement(mandatory(values).bytes).content).content;
  }
  return new Uint8Array();
}

/** The most specific common name of a subject. */
function readCommonName(subject: DerElement): string | undefined {
  const attributes = readElements(subject.content).flatMap((set) => readElements(set.content));
  const names = attributes.flatMap((attribute) => {
    const [id, value] = readElements(attribute.content);
    return hex(mandatory(id)) === ids.commonName ? [textOf(mandatory(value))] : [];
  });
  return names.at(-1);
}

function textOf({ tag: type, content }: DerElement): string {
  if (type === tag.bmpString) return Buffer.from(content).swap16().toString('utf16le');
  return Buffer.from(content).toString('utf8');
}

function verifySignature(
  signed: DerElement,
  algorithm: DerElement,
  signature: DerElement,
  publicKey: KeyObject,
): boolean {
  const [id, parameters] = readElements(algorithm.content);
  const isPss = hex(mandatory(id)) === ids.pss;
  const hashName = hashes[isPss ? pssHash(parameters) : hex(mandatory(id))];
  if (hashName === undefined) {
    throw new WacsError('SourceError', 'it is signed by an algorithm that is not known here', {
      hint: 'Make the request with SHA-256 and an RSA or ECDSA key.',
    });
  }
  const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO } : {};
  // The first octet of a BIT STRING counts the bits that are not used.
  return verify(hashName, signed.bytes, { key: publicKey, ...padding }, signature.content.subarray(1));
}

/** Hash algorithm in the parameters of PSS (RFC 8017 appendix A.2.3); without one it is SHA-1, which nobody uses. */
function pssHash(parameters: DerElement | undefined): string {
  const given = readElements(parameters?.content ?? new Uint8Array()).find((element) => element.tag === tag.hash);
  return given === undefined ? '' : hex(mandatory(readElements(readElement(given.content).content)[0]));
}

function hex({ content }: DerElement): string {
  return Buffer.from(content).toString('hex');
}

function mandatory(element: DerElement | undefined): DerElement {
  if (element === undefined) throw new RangeError('a mandatory field is missing');
  return element;
}
