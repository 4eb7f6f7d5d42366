import type { IssuedCertificate } from './certificate.ts';

/** Whose certificates and keys: the machine's, which services use, or those of the user who runs the program. */
export type StoreOwner = 'machine' | 'user';

/** A certificate store of Windows, such as `WebHosting` of the machine. */
export interface StorePlace {
  readonly owner: StoreOwner;
  /** As Windows knows it: `My` is what its console calls "Personal". */
  readonly name: string;
}

/** An account that may use a private key: `read` to sign and decrypt with it, `full` to change its permissions too. */
export interface KeyGrant {
  /** Name such as `NETWORK SERVICE`, `IIS AppPool\Site` or `DOMAIN\user`, or a SID. */
  readonly account: string;
  readonly right: 'read' | 'full';
}

/** A certificate as a store has it. */
export interface StoredCertificate {
  /** SHA-1 over the DER form, upper-case hex. */
  readonly thumbprint: string;
  /** Empty when it has none. */
  readonly friendlyName: string;
  /** Whether the store says where its private key is. */
  readonly hasPrivateKey: boolean;
}

/** A certificate that was looked at closely. */
export interface FoundCertificate extends StoredCertificate {
  /** Why its private key cannot be used; undefined when something signed with it was verified by the certificate. */
  readonly keyProblem: string | undefined;
}

/** What is to stand in a store. */
export interface StoreEntry {
  readonly certificate: IssuedCertificate;
  readonly friendlyName: string;
  /** Whether the key may leave the machine again, such as in a PFX file. */
  readonly exportable: boolean;
  /** Keep the key with CNG. Otherwise with CryptoAPI, if that takes it: older software finds it only there. */
  readonly preferCng: boolean;
  /** Beside SYSTEM and Administrators, who may always use the machine's keys. */
  readonly grants: readonly KeyGrant[];
}

/**
 * The certificate stores of Windows and the private keys that belong to their certificates.
 * @throws WacsError UnsupportedPlatform elsewhere; AccessDenied without the rights; StoreError for everything else.
 */
export interface WindowsCertificateStore {
  /** `WebHosting` on a server with IIS 8 or later, where IIS expects it, otherwise `My`. */
  defaultName(): Promise<string>;
  /** Fails when a store does not exist or may not be changed, or when an account does not exist; changes nothing. */
  check(place: StorePlace, grants: readonly KeyGrant[]): Promise<void>;
  list(place: StorePlace): Promise<readonly StoredCertificate[]>;
  /** Looks a certificate up among all of the store, and tries its key. @param thumbprint in any case. */
  find(place: StorePlace, thumbprint: string): Promise<FoundCertificate | undefined>;
  /**
   * Adds certificates to the store `CA` of intermediate authorities, those that sign themselves left out: what is trusted
   * is not ours to say.
   * @param pems PEM texts
   */
  addIntermediates(owner: StoreOwner, pems: readonly string[]): Promise<void>;
  /**
   * Adds the certificate with its key, or replaces what is there of it. MUST be repeatable, and MUST leave no key without
   * certificate behind when it fails. One that is there with a usable key keeps it.
   */
  add(place: StorePlace, entry: StoreEntry): Promise<void>;
  /**
   * Removes a certificate, and its key unless another certificate uses that too. MUST touch nothing else; nothing happens
   * when there is none.
   * @returns whether the certificate was there
   */
  remove(place: StorePlace, thumbprint: string): Promise<boolean>;
}
