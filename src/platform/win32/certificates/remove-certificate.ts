import type { StoreOwner, StorePlace } from '../../../core/certificate-store.ts';
import { WacsError } from '../../../core/errors.ts';
import { crypt32 } from '../crypt32.ts';
import { lastError, win32Error } from '../library.ts';
import {
  containerName,
  deleteKeyContainer,
  type KeyContainer,
  readKeyContainer,
  schannelProvider,
  softwareProvider,
} from './key-container.ts';
import { storeNames } from './store-names.ts';
import { certificatesIn, findCertificate, openSystemStore, placeName } from './system-store.ts';

/** The store of a user's certificates in Active Directory, which is asked when it is opened; it has no keys. */
const withoutKeys = /^userds$/i;

/** CERT_STORE_CTRL_COMMIT. */
const commit = 3;

/**
 * Removes a certificate from a store, then its key container, unless another certificate refers to it. A container that
 * lost its certificate to an interruption is found by its name.
 * @throws WacsError AccessDenied, StoreError
 */
export function removeCertificate(place: StorePlace, thumbprint: string): void {
  const containers = takeOut(place, thumbprint);
  requireAbsent(place, thumbprint);
  for (const container of containers) if (!isInUse(container, place.owner)) deleteKeyContainer(container);
}

/** @returns where its key may be */
function takeOut(place: StorePlace, thumbprint: string): readonly KeyContainer[] {
  using store = openSystemStore(place, 'write');
  using found = findCertificate(store, thumbprint);
  const container = found === undefined ? undefined : readKeyContainer(found.handle);
  // Frees the context, whether or not it succeeds.
  if (found !== undefined && crypt32().CertDeleteCertificateFromStore(found.release()) === 0) {
    const what = `cannot remove ${thumbprint} from the ${placeName(place)}`;
    throw win32Error(what, 'CertDeleteCertificateFromStore', lastError(), 'StoreError');
  }
  // Windows has removed it by now; a store that keeps its changes to itself is made to write them here.
  crypt32().CertControlStore(store.handle, 0, commit, 0n);
  if (container !== undefined) return [container];
  const own = { name: containerName(thumbprint), ofMachine: place.owner === 'machine' };
  return [
    { ...schannelProvider, ...own },
    { ...softwareProvider, ...own },
  ];
}

/** With its key gone, a certificate that is still there would be worse than before. */
function requireAbsent(place: StorePlace, thumbprint: string): void {
  using store = openSystemStore(place, 'read');
  using found = findCertificate(store, thumbprint);
  if (found === undefined) return;
  throw new WacsError('StoreError', `${thumbprint} was removed from the ${placeName(place)} and is still there`);
}

/** The providers of CryptoAPI for RSA share their containers, so the provider's name does not matter. */
function isInUse(container: KeyContainer, owner: StoreOwner): boolean {
  return containersIn(owner).some(
    ({ name, ofMachine, providerType }) =>
      name === container.name &&
      ofMachine === container.ofMachine &&
      (providerType === 0) === (container.providerType === 0),
  );
}

function containersIn(owner: StoreOwner): readonly KeyContainer[] {
  const names = storeNames(owner).filter((name) => !withoutKeys.test(name));
  return names.flatMap((name) => {
    using store = openSystemStore({ owner, name }, 'read');
    return Array.from(certificatesIn(store), readKeyContainer).filter((container) => container !== undefined);
  });
}
