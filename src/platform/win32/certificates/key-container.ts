import { getRawPointer } from 'node:ffi';
import { advapi32 } from '../advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from '../library.ts';
import { ncrypt } from '../ncrypt.ts';
import { owned } from '../owned.ts';
import { readProperty, setProperty } from './system-store.ts';

/** Where Windows keeps a private key. */
export interface KeyContainer {
  readonly name: string;
  readonly provider: string;
  /** Type of a provider of CryptoAPI; 0 for the key storage providers of CNG. */
  readonly providerType: number;
  readonly ofMachine: boolean;
  /** AT_KEYEXCHANGE or AT_SIGNATURE; 0 with CNG. */
  readonly keySpec: number;
}

/** The provider of CryptoAPI that Schannel, Exchange and IIS have always used; win-acme's choice too. */
export const schannelProvider = {
  provider: 'Microsoft RSA SChannel Cryptographic Provider',
  providerType: 12,
  keySpec: 1,
} as const;

/** The key storage provider of CNG for keys in files. */
export const softwareProvider = {
  provider: 'Microsoft Software Key Storage Provider',
  providerType: 0,
  keySpec: 0,
} as const;

/**
 * Name of the container for the key of a certificate. It follows from the certificate, so that an interruption leaves
 * nothing behind that the next attempt does not find.
 */
export function containerName(thumbprint: string): string {
  return `wacs-${thumbprint.toUpperCase()}`;
}

/** CRYPT_MACHINE_KEYSET and NCRYPT_MACHINE_KEY_FLAG. */
export const machineKeys = 0x20;
/** CRYPT_SILENT and NCRYPT_SILENT_FLAG: there is nobody to ask. */
export const silent = 0x40;

const keyProviderProperty = 2;
/** CRYPT_KEY_PROV_INFO on x64 and ARM64. */
const field = { container: 0, provider: 8, providerType: 16, flags: 20, keySpec: 40 };
const deleteKeySet = 0x10;
/** NTE_BAD_KEYSET, and what a system without CNG keys says. */
const missing = new Set([0x8009_0016, 0x8009_0029]);

/** Where the private key of a certificate is, as its store says; undefined when it has none. */
export function readKeyContainer(certificate: bigint): KeyContainer | undefined {
  const info = readProperty(certificate, keyProviderProperty);
  if (info === undefined) return undefined;
  return {
    name: textIn(info, field.container),
    provider: textIn(info, field.provider),
    providerType: info.readUInt32LE(field.providerType),
    ofMachine: (info.readUInt32LE(field.flags) & machineKeys) !== 0,
    keySpec: info.readUInt32LE(field.keySpec),
  };
}

/** Says where the private key of a certificate is. @throws WacsError StoreError. */
export function setKeyContainer(certificate: bigint, container: KeyContainer, what: string): void {
  const [name, provider] = [wideString(container.name), wideString(container.provider)];
  const info = nativeBuffer();
  info.writeBigUInt64LE(getRawPointer(name), field.container);
  info.writeBigUInt64LE(getRawPointer(provider), field.provider);
  info.writeUInt32LE(container.providerType, field.providerType);
  info.writeUInt32LE(container.ofMachine ? machineKeys : 0, field.flags);
  info.writeUInt32LE(container.keySpec, field.keySpec);
  setProperty(certificate, keyProviderProperty, info, what);
  // The structure points to both texts: they have to stay referenced until here.
  name.fill(0);
  provider.fill(0);
}

/** Deletes a key container with its key; nothing happens when there is none. @throws WacsError AccessDenied, StoreError. */
export function deleteKeyContainer(container: KeyContainer): void {
  if (container.providerType === 0) deleteFromCng(container);
  else deleteFromCryptoApi(container);
}

/** The same while another failure is on its way, which counts; the next attempt deletes what is left. */
export function discardKeyContainer(container: KeyContainer): void {
  try {
    deleteKeyContainer(container);
  } catch {
    // Its name is known: the next attempt finds it.
  }
}

function deleteFromCryptoApi({ name, provider, providerType, ofMachine }: KeyContainer): void {
  const flags = deleteKeySet | silent | (ofMachine ? machineKeys : 0);
  const { CryptAcquireContextW } = advapi32();
  if (CryptAcquireContextW(nativeBuffer(), wideString(name), wideString(provider), providerType, flags) !== 0) return;
  const code = lastError();
  if (missing.has(code)) return;
  throw win32Error(`cannot delete the private key "${name}"`, 'CryptAcquireContextW', code, 'StoreError');
}

function deleteFromCng({ name, provider, ofMachine }: KeyContainer): void {
  const what = `cannot delete the private key "${name}"`;
  const out = nativeBuffer();
  const opened = ncrypt().NCryptOpenStorageProvider(out, wideString(provider), 0);
  if (opened !== 0) throw win32Error(what, 'NCryptOpenStorageProvider', opened, 'StoreError');
  using storage = owned(out.readBigUInt64LE(0), (handle) => ncrypt().NCryptFreeObject(handle));
  const flags = silent | (ofMachine ? machineKeys : 0);
  const found = ncrypt().NCryptOpenKey(storage.handle, out, wideString(name), 0, flags);
  if (missing.has(found >>> 0)) return;
  if (found !== 0) throw win32Error(what, 'NCryptOpenKey', found, 'StoreError');
  using key = owned(out.readBigUInt64LE(0), (handle) => ncrypt().NCryptFreeObject(handle));
  const deleted = ncrypt().NCryptDeleteKey(key.handle, silent);
  if (deleted !== 0) throw win32Error(what, 'NCryptDeleteKey', deleted, 'StoreError');
  // A key that was deleted has taken its handle with it.
  key.release();
}

/** A text that lies in the same memory as the pointer to it. */
function textIn(info: Buffer, at: number): string {
  const pointer = info.readBigUInt64LE(at);
  if (pointer === 0n) return '';
  const start = Number(pointer - getRawPointer(info));
  return info.toString('utf16le', start).replace(/\0.*$/s, '');
}
