import type { StoreOwner } from '../../../core/certificate-store.ts';
import { advapi32 } from '../advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from '../library.ts';
import { owned } from '../owned.ts';
import {
  deleteKeyContainer,
  discardKeyContainer,
  type KeyContainer,
  machineKeys,
  schannelProvider,
  silent,
} from './key-container.ts';
import { toPrivateKeyBlob } from './private-key-blob.ts';
import { nativeCopy } from './system-store.ts';

/** What becomes of a private key. */
export interface KeyWish {
  /** Name of its container. */
  readonly name: string;
  readonly owner: StoreOwner;
  readonly exportable: boolean;
}

const newKeySet = 0x8;
/** CRYPT_EXPORTABLE. */
const exportableKey = 0x1;

/**
 * Imports an RSA key into a container of CryptoAPI. One of the same name, which only an earlier attempt can have left, is
 * replaced. When it fails, no container is left.
 * @throws WacsError AccessDenied, StoreError
 */
export function importIntoCryptoApi(privateKeyPem: string, { name, owner, exportable }: KeyWish): KeyContainer {
  const container = { ...schannelProvider, name, ofMachine: owner === 'machine' };
  deleteKeyContainer(container);
  try {
    importKey(privateKeyPem, container, exportable);
  } catch (error) {
    discardKeyContainer(container);
    throw error;
  }
  return container;
}

function importKey(privateKeyPem: string, container: KeyContainer, exportable: boolean): void {
  const what = `cannot import the private key into "${container.provider}"`;
  const { CryptAcquireContextW, CryptImportKey, CryptReleaseContext, CryptDestroyKey } = advapi32();
  const { name, provider, providerType, ofMachine } = container;
  const out = nativeBuffer();
  const flags = newKeySet | silent | (ofMachine ? machineKeys : 0);
  if (CryptAcquireContextW(out, wideString(name), wideString(provider), providerType, flags) === 0) {
    throw win32Error(what, 'CryptAcquireContextW', lastError(), 'StoreError');
  }
  using keySet = owned(out.readBigUInt64LE(0), (handle) => CryptReleaseContext(handle, 0));
  const blob = toPrivateKeyBlob(privateKeyPem);
  const native = nativeCopy(blob);
  const imported = CryptImportKey(keySet.handle, native, blob.length, 0n, exportable ? exportableKey : 0, out);
  const code = lastError();
  native.fill(0);
  blob.fill(0);
  if (imported === 0) throw win32Error(what, 'CryptImportKey', code, 'StoreError');
  CryptDestroyKey(out.readBigUInt64LE(0));
}
