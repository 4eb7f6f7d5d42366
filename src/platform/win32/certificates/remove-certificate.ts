import type { StoreOwner, StorePlace } from '../../../core/certificate-store.ts';
import { WacsError } from '../../../core/errors.ts';
import { crypt32 } from '../crypt32.ts';
import { lastError, win32Error } from '../library.ts';
import { tlsBindings } from '../tls-bindings.ts';
import {
  containerName,
  deleteKeyContainer,
  type KeyContainer,
  readKeyContainer,
  schannelProvider,
  softwareProvider,
} from './key-container.ts';
import { storeNames } from './store-names.ts';
import { certificatesIn, commitStore, findCertificate, openSystemStore, placeName } from './system-store.ts';

/** The store of a user's certificates in Active Directory, which is asked when it is opened; it has no keys. */
const withoutKeys = /^userds$/i;

/**
 * Removes a certificate from a store, then its key container, unless another certificate refers to it. A container that
 * lost its certificate to an interruption is found by its name.
 * @returns whether the certificate was there
 * @throws WacsError AccessDenied; StoreError also when IIS, or whoever uses http.sys, answers with it
 */
export function removeCertificate(place: StorePlace, thumbprint: string): boolean {
  if (place.owner === 'machine') requireUnbound(thumbprint);
  const { found, containers } = takeOut(place, thumbprint);
  if (found) requireAbsent(place, thumbprint);
  for (const container of containers) if (!isInUse(container, place.owner)) deleteKeyContainer(container);
  return found;
}

/** Without its certificate, a binding that somebody has made by hand would end all its connections. */
function requireUnbound(thumbprint: string): void {
  const bound = tlsBindings().filter((binding) => binding.thumbprint === thumbprint.toUpperCase());
  if (bound.length === 0) return;
  const endpoints = bound.map(({ endpoint }) => endpoint).join(', ');
  throw new WacsError('StoreError', `it is still bound to ${endpoints}`, {
    hint: 'Bind the new certificate there; the next renewal then removes this one. "netsh http show sslcert" shows bindings.',
  });
}

/** What was found of a certificate: itself, and where its key may be. */
interface Remains {
  readonly found: boolean;
  readonly containers: readonly KeyContainer[];
}

function takeOut(place: StorePlace, thumbprint: string): Remains {
  using store = openSystemStore(place, 'write');
  using certificate = findCertificate(store, thumbprint);
  const container = certificate === undefined ? undefined : readKeyContainer(certificate.handle);
  // Frees the context, whether or not it succeeds.
  if (certificate !== undefined && crypt32().CertDeleteCertificateFromStore(certificate.release()) === 0) {
    const what = `cannot remove ${thumbprint} from the ${placeName(place)}`;
    throw win32Error(what, 'CertDeleteCertificateFromStore', lastError(), 'StoreError');
  }
  if (certificate !== undefined) commitStore(store);
  const own = { name: containerName(thumbprint), ofMachine: place.owner === 'machine' };
  const likely = [
    { ...schannelProvider, ...own },
    { ...softwareProvider, ...own },
  ];
  return { found: certificate !== undefined, containers: container === undefined ? likely : [container] };
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
  return names.flatMap((name) => containersInStore({ owner, name }));
}

/** A store that cannot be read has nothing that anybody could use. */
function containersInStore(place: StorePlace): readonly KeyContainer[] {
  try {
    using store = openSystemStore(place, 'read');
    return Array.from(certificatesIn(store), readKeyContainer).filter((container) => container !== undefined);
  } catch {
    return [];
  }
}
