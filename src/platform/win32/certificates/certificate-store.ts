import { X509Certificate } from 'node:crypto';
import type { StoreOwner, StorePlace, WindowsCertificateStore } from '../../../core/certificate-store.ts';
import { runsAsSystem } from '../own-account.ts';
import { type AddServices, addEntry } from './add-entry.ts';
import { resolveGrants } from './key-access.ts';
import { readKeyContainer } from './key-container.ts';
import { keyProblem } from './key-proof.ts';
import { removeCertificate } from './remove-certificate.ts';
import { iisMajorVersion } from './store-names.ts';
import {
  addEncoded,
  certificatesIn,
  findCertificate,
  friendlyNameOf,
  openSystemStore,
  placeName,
  thumbprintOf,
} from './system-store.ts';

/** First version of IIS that looks into the store `WebHosting`. */
const firstWithWebHosting = 8;

/** The certificate stores of this machine. Each call opens what it needs and closes it again. */
export function createCertificateStore(services: AddServices): WindowsCertificateStore {
  return {
    async defaultName() {
      return (iisMajorVersion() ?? 0) >= firstWithWebHosting ? 'WebHosting' : 'My';
    },
    async check(place, grants) {
      resolveGrants(grants);
      for (const name of [place.name, 'CA']) openSystemStore({ ...place, name }, 'write')[Symbol.dispose]();
      if (place.owner === 'user' && runsAsSystem()) {
        services.log.warning('the user of this process is SYSTEM: the certificate goes to the store of SYSTEM');
      }
    },
    async list(place) {
      using store = openSystemStore(place, 'read');
      return Array.from(certificatesIn(store), describe);
    },
    async find(place, thumbprint) {
      using store = openSystemStore(place, 'read');
      using found = findCertificate(store, thumbprint);
      return found === undefined ? undefined : { ...describe(found.handle), keyProblem: keyProblem(found.handle) };
    },
    addIntermediates: async (owner, pems) => addIntermediates(owner, pems),
    add: (place, entry) => addEntry(place, entry, services),
    remove: async (place, thumbprint) => removeCertificate(place, thumbprint),
  };
}

function describe(certificate: bigint) {
  return {
    thumbprint: thumbprintOf(certificate),
    friendlyName: friendlyNameOf(certificate),
    hasPrivateKey: readKeyContainer(certificate) !== undefined,
  };
}

function addIntermediates(owner: StoreOwner, pems: readonly string[]): void {
  const certificates = pems.map((pem) => new X509Certificate(pem)).filter((certificate) => !signsItself(certificate));
  if (certificates.length === 0) return;
  const place: StorePlace = { owner, name: 'CA' };
  using store = openSystemStore(place, 'write');
  for (const { raw, fingerprint } of certificates) {
    const thumbprint = fingerprint.replaceAll(':', '');
    addEncoded(store, raw, `cannot add ${thumbprint} to the ${placeName(place)}`);
  }
}

function signsItself(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
