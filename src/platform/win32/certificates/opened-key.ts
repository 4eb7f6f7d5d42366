import { advapi32 } from '../advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from '../library.ts';
import { ncrypt } from '../ncrypt.ts';
import { type Owned, owned } from '../owned.ts';
import { type KeyContainer, machineKeys, silent } from './key-container.ts';

/** A private key that was opened: one of CNG, or a key set of CryptoAPI with the kind of key in it. */
export interface OpenedKey extends Owned {
  readonly api: 'cryptoapi' | 'cng';
  /** AT_KEYEXCHANGE or AT_SIGNATURE; meaningless with CNG. */
  readonly keySpec: number;
}

const what = 'cannot open the private key';

/**
 * Opens the key in a container. CryptAcquireCertificatePrivateKey does the same for a certificate; Wine's, up to 10.12,
 * looks for the machine's keys among those of the user.
 * @throws WacsError AccessDenied, StoreError
 */
export function openKey(container: KeyContainer): OpenedKey {
  return container.providerType === 0 ? openInCng(container) : openInCryptoApi(container);
}

function openInCryptoApi({ name, provider, providerType, ofMachine, keySpec }: KeyContainer): OpenedKey {
  const out = nativeBuffer();
  const flags = silent | (ofMachine ? machineKeys : 0);
  const { CryptAcquireContextW, CryptReleaseContext } = advapi32();
  if (CryptAcquireContextW(out, wideString(name), wideString(provider), providerType, flags) === 0) {
    throw win32Error(what, 'CryptAcquireContextW', lastError(), 'StoreError');
  }
  const keySet = owned(out.readBigUInt64LE(0), (handle) => CryptReleaseContext(handle, 0));
  return { ...keySet, api: 'cryptoapi', keySpec };
}

function openInCng({ name, provider, ofMachine, keySpec }: KeyContainer): OpenedKey {
  const out = nativeBuffer();
  const { NCryptOpenStorageProvider, NCryptOpenKey, NCryptFreeObject } = ncrypt();
  const opened = NCryptOpenStorageProvider(out, wideString(provider), 0);
  if (opened !== 0) throw win32Error(what, 'NCryptOpenStorageProvider', opened, 'StoreError');
  using storage = owned(out.readBigUInt64LE(0), NCryptFreeObject);
  const flags = silent | (ofMachine ? machineKeys : 0);
  const found = NCryptOpenKey(storage.handle, out, wideString(name), 0, flags);
  if (found !== 0) throw win32Error(what, 'NCryptOpenKey', found, 'StoreError');
  return { ...owned(out.readBigUInt64LE(0), NCryptFreeObject), api: 'cng', keySpec };
}
