import { X509Certificate } from 'node:crypto';
import type { CertificateTools, PfxProtection } from '../../../core/certificate.ts';
import type { StoreEntry, StoreOwner, StorePlace } from '../../../core/certificate-store.ts';
import { toWacsError, WacsError } from '../../../core/errors.ts';
import type { Log } from '../../../core/ports.ts';
import { requirePrivateKey } from '../../../core/private-key.ts';
import { crypt32 } from '../crypt32.ts';
import { lastError, win32Error } from '../library.ts';
import type { Owned } from '../owned.ts';
import { importIntoCryptoApi, type KeyWish } from './import-key.ts';
import { importPfx } from './import-pfx.ts';
import { resolveGrants, setKeyAccess } from './key-access.ts';
import {
  containerName,
  discardKeyContainer,
  type KeyContainer,
  readKeyContainer,
  setKeyContainer,
  softwareProvider,
} from './key-container.ts';
import { keyProblem } from './key-proof.ts';
import { isRsaKey } from './private-key-blob.ts';
import {
  commitStore,
  createContext,
  findCertificate,
  openSystemStore,
  placeName,
  setFriendlyName,
} from './system-store.ts';

/** What adding certificates needs. */
export interface AddServices {
  readonly certificates: Pick<CertificateTools, 'createPfx'>;
  /** What this system reads. */
  readonly pfxProtection: PfxProtection;
  /** A new random password for a PFX that never leaves the memory. */
  readonly createPassword: () => string;
  readonly log: Log;
}

/** CERT_STORE_ADD_REPLACE_EXISTING; inheriting properties would keep an old name. */
const replaceExisting = 3;

/**
 * Adds a certificate with its key to a store. Its key, its name and who may use it are complete before it appears there;
 * one that is there with a usable key keeps that and gets the rest.
 * @throws WacsError AccessDenied, StoreError
 */
export async function addEntry(place: StorePlace, entry: StoreEntry, services: AddServices): Promise<void> {
  const grants = resolveGrants(entry.grants);
  const { thumbprint } = entry.certificate.info;
  const what = `cannot add ${thumbprint} to the ${placeName(place)}`;
  using store = openSystemStore(place, 'write');
  const kept = usableContainer(store, thumbprint);
  using certificate = kept === undefined ? await withKey(entry, place.owner, services) : tied(entry, kept);
  const container = readKeyContainer(certificate.handle);
  if (container === undefined) throw new WacsError('StoreError', `${what}: it has lost its private key`);
  try {
    setFriendlyName(certificate.handle, entry.friendlyName, what);
    if (place.owner === 'machine' && (kept !== undefined || grants.length > 0)) setKeyAccess(container, grants);
    addContext(store, certificate, what);
  } catch (error) {
    if (kept === undefined) discardKeyContainer(container);
    throw error;
  }
}

/** Where the key of a certificate in a store is, if it can be used. */
function usableContainer(store: Owned, thumbprint: string): KeyContainer | undefined {
  using existing = findCertificate(store, thumbprint);
  if (existing === undefined || keyProblem(existing.handle) !== undefined) return undefined;
  return readKeyContainer(existing.handle);
}

function addContext(store: Owned, certificate: Owned, what: string): void {
  const { CertAddCertificateContextToStore } = crypt32();
  if (CertAddCertificateContextToStore(store.handle, certificate.handle, replaceExisting, 0n) === 0) {
    throw win32Error(what, 'CertAddCertificateContextToStore', lastError(), 'StoreError');
  }
  commitStore(store);
}

/** The certificate with its key in place. CryptoAPI comes first where it can, as it does with win-acme. */
async function withKey(entry: StoreEntry, owner: StoreOwner, services: AddServices): Promise<Owned> {
  const { certificate, exportable, preferCng } = entry;
  const privateKeyPem = requirePrivateKey(certificate, 'the certificate store');
  const wish = { name: containerName(certificate.info.thumbprint), owner, exportable };
  if (!preferCng && isRsaKey(privateKeyPem)) {
    try {
      return withCryptoApiKey(entry, privateKeyPem, wish);
    } catch (error) {
      const failure = toWacsError(error);
      if (failure.code === 'AccessDenied') throw failure;
      services.log.warning(`${failure.message}; its key is kept with CNG instead`);
    }
  }
  return withCngKey(entry, wish, services);
}

function withCryptoApiKey(entry: StoreEntry, privateKeyPem: string, wish: KeyWish): Owned {
  const container = importIntoCryptoApi(privateKeyPem, wish);
  try {
    return tied(entry, container);
  } catch (error) {
    discardKeyContainer(container);
    throw error;
  }
}

/** The certificate with a key that is in its container already. */
function tied({ certificate }: StoreEntry, container: KeyContainer): Owned {
  const what = 'cannot tie the certificate to its key';
  const created = createContext(new X509Certificate(certificate.certificatePem).raw, what);
  try {
    setKeyContainer(created.handle, container, what);
    return created;
  } catch (error) {
    created[Symbol.dispose]();
    throw error;
  }
}

async function withCngKey({ certificate }: StoreEntry, wish: KeyWish, services: AddServices): Promise<Owned> {
  const password = services.createPassword();
  const pfx = await services.certificates.createPfx({
    certificate,
    password,
    protection: services.pfxProtection,
    keyContainer: { name: wish.name, provider: softwareProvider.provider },
  });
  return importPfx(pfx, password, { ...wish, thumbprint: certificate.info.thumbprint });
}
