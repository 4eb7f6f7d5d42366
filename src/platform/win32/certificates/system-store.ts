import { hash } from 'node:crypto';
import { getRawPointer, toBuffer } from 'node:ffi';
import type { StoreOwner, StorePlace } from '../../../core/certificate-store.ts';
import { WacsError } from '../../../core/errors.ts';
import { crypt32 } from '../crypt32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from '../library.ts';
import { type Owned, owned } from '../owned.ts';
import { storeNames } from './store-names.ts';

/** CERT_STORE_PROV_SYSTEM_W, a number in the place of a pointer. */
const systemProvider = 10n;
const ownerFlags: Readonly<Record<StoreOwner, number>> = { user: 0x1_0000, machine: 0x2_0000 };
const openExisting = 0x4000;
const readOnly = 0x8000;
/** Windows always has these; a store is made the first time something is put into it. */
const predefined = /^(?:my|ca)$/i;
const x509Encoding = 1;
const friendlyNameProperty = 11;
/** CERT_CONTEXT on x64 and ARM64: encoded certificate at 8, its length at 16. */
const context = { size: 40, encoded: 8, length: 16 };

/** How messages name a store. */
export function placeName({ owner, name }: StorePlace): string {
  return `certificate store ${owner === 'machine' ? 'LocalMachine' : 'CurrentUser'}\\${name}`;
}

/**
 * Opens a store of the system.
 * @throws WacsError AccessDenied; StoreError, which names the stores there are when there is none of the name
 */
export function openSystemStore(place: StorePlace, access: 'read' | 'write'): Owned {
  const existing = predefined.test(place.name) ? 0 : openExisting;
  const flags = ownerFlags[place.owner] | existing | (access === 'read' ? readOnly : 0);
  const store = crypt32().CertOpenStore(systemProvider, 0, 0n, flags, wideString(place.name));
  const code = lastError();
  if (store !== 0n) return owned(store, (handle) => crypt32().CertCloseStore(handle, 0));
  const known = storeNames(place.owner);
  if (known.some((name) => name.toLowerCase() === place.name.toLowerCase())) {
    throw win32Error(`cannot open the ${placeName(place)}`, 'CertOpenStore', code, 'StoreError');
  }
  throw new WacsError('StoreError', `there is no ${placeName(place)}`, {
    hint: `Give --certificatestore one of: ${known.join(', ')}.`,
  });
}

/** The contexts of all certificates in a store; each is valid until the next one is asked for. */
export function* certificatesIn(store: Owned): Generator<bigint> {
  let current = 0n;
  try {
    for (;;) {
      // Frees the one before.
      current = crypt32().CertEnumCertificatesInStore(store.handle, current);
      if (current === 0n) return;
      yield current;
    }
  } finally {
    if (current !== 0n) crypt32().CertFreeCertificateContext(current);
  }
}

/** The context of a certificate by its thumbprint, found by looking at all of them. */
export function findCertificate(store: Owned, thumbprint: string): Owned | undefined {
  for (const certificate of certificatesIn(store)) {
    if (thumbprintOf(certificate) === thumbprint.toUpperCase()) return duplicate(certificate);
  }
  return undefined;
}

function duplicate(certificate: bigint): Owned {
  const { CertDuplicateCertificateContext, CertFreeCertificateContext } = crypt32();
  return owned(CertDuplicateCertificateContext(certificate), CertFreeCertificateContext);
}

/** A context for a certificate that is in no store. @param der its DER form. @throws WacsError StoreError. */
export function createContext(der: Uint8Array, what: string): Owned {
  const { CertCreateCertificateContext, CertFreeCertificateContext } = crypt32();
  const created = CertCreateCertificateContext(x509Encoding, nativeCopy(der), der.length);
  if (created !== 0n) return owned(created, CertFreeCertificateContext);
  throw win32Error(what, 'CertCreateCertificateContext', lastError(), 'StoreError');
}

/** Adds a certificate to a store as it is; one that is there stays. @throws WacsError AccessDenied, StoreError. */
export function addEncoded(store: Owned, der: Uint8Array, what: string): void {
  const useExisting = 2;
  const { CertAddEncodedCertificateToStore } = crypt32();
  const data = nativeCopy(der);
  if (CertAddEncodedCertificateToStore(store.handle, x509Encoding, data, der.length, useExisting, 0n) !== 0) return;
  throw win32Error(what, 'CertAddEncodedCertificateToStore', lastError(), 'StoreError');
}

/**
 * Has a store write its changes now (CERT_STORE_CTRL_COMMIT, forced). Windows does that at once by itself and ignores this;
 * Wine does it when the store is closed, and for replaced certificates not at all.
 */
export function commitStore(store: Owned): void {
  const [force, commit] = [1, 3];
  crypt32().CertControlStore(store.handle, force, commit, 0n);
}

/** DER form of a certificate. */
export function derOf(certificate: bigint): Buffer {
  const fields = toBuffer(certificate, context.size);
  return toBuffer(fields.readBigUInt64LE(context.encoded), fields.readUInt32LE(context.length));
}

/** SHA-1 over the DER form, upper-case hex. */
export function thumbprintOf(certificate: bigint): string {
  return hash('sha1', derOf(certificate), 'hex').toUpperCase();
}

/** A property of a certificate in its native form; undefined when it has none. Pointers in it point into it. */
export function readProperty(certificate: bigint, property: number): Buffer | undefined {
  const size = nativeBuffer();
  const read = crypt32().CertGetCertificateContextProperty;
  if (read(certificate, property, 0n, size) === 0) return undefined;
  const value = nativeBuffer(size.readUInt32LE(0));
  return read(certificate, property, value, size) === 0 ? undefined : value;
}

/** Sets a property; on a certificate of a store of the system it is kept there. @throws WacsError AccessDenied, StoreError. */
export function setProperty(certificate: bigint, property: number, value: Buffer, what: string): void {
  if (crypt32().CertSetCertificateContextProperty(certificate, property, 0, value) !== 0) return;
  throw win32Error(what, 'CertSetCertificateContextProperty', lastError(), 'StoreError');
}

/** Empty when it has none. */
export function friendlyNameOf(certificate: bigint): string {
  return readProperty(certificate, friendlyNameProperty)?.toString('utf16le').replace(/\0.*$/s, '') ?? '';
}

/** Names a certificate. @throws WacsError AccessDenied, StoreError. */
export function setFriendlyName(certificate: bigint, name: string, what: string): void {
  const text = wideString(name);
  const blob = blobOf(text, (name.length + 1) * 2);
  setProperty(certificate, friendlyNameProperty, blob, what);
  // The blob points to the text: it has to stay referenced until here.
  text.fill(0);
}

/** CRYPT_DATA_BLOB: length at 0, pointer at 8. The bytes must stay referenced as long as it is in use. */
export function blobOf(bytes: Buffer, length: number): Buffer {
  const blob = nativeBuffer();
  blob.writeUInt32LE(length, 0);
  blob.writeBigUInt64LE(getRawPointer(bytes), 8);
  return blob;
}

/** A copy that native code can be given. */
export function nativeCopy(bytes: Uint8Array): Buffer {
  const copy = nativeBuffer(bytes.length);
  copy.set(bytes);
  return copy;
}
