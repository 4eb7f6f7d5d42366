import type { IssuedCertificate } from './certificate.ts';
import type { Renewal } from './renewal.ts';

/** The account of one CA as kept on disk. */
export interface AccountRecord {
  /** PKCS#8 PEM. Secret. */
  readonly keyPem: string;
  /** Account URL; absent while the registration has not been confirmed. */
  readonly url?: string;
  readonly contact: readonly string[];
  /** Address of the terms that were accepted. */
  readonly termsOfService?: string;
  /** A key the CA was asked to change to, or was about to be: which one is in force has to be found out. */
  readonly pendingKey?: PendingKey;
  /** When the account was deactivated; it cannot be used again. */
  readonly deactivatedAt?: Date;
}

/** The new key of a key change under way. */
export interface PendingKey {
  /** PKCS#8 PEM. Secret. */
  readonly keyPem: string;
  readonly since: Date;
}

/** Keeps one account at one CA. @throws WacsError ConfigurationError, AccessDenied, StorageError. */
export interface AccountStore {
  read(): Promise<AccountRecord | undefined>;
  write(record: AccountRecord): Promise<void>;
  /** Keeps a copy before another account takes the place; `date` makes its name. @returns where the copy is */
  setAside(date: Date): Promise<string>;
}

/** An open order, kept so that a run that was killed can go on. */
export interface OrderRecord {
  readonly url: string;
  /** Fingerprint of what was asked for; an order for something else is not resumed. */
  readonly planKey: string;
  /** Key of the request sent with finalize, PKCS#8 PEM; absent before. Secret. */
  readonly privateKeyPem?: string;
}

/** Keeps at most one open order per certificate, under its file id. */
export interface OrderStore {
  /** Undefined also when the record cannot be used any more. */
  read(fileId: string): Promise<OrderRecord | undefined>;
  write(fileId: string, record: OrderRecord): Promise<void>;
  remove(fileId: string): Promise<void>;
}

/** Keeps the newest certificates with their keys, by file id, so that a deployment can be repeated. */
export interface CertificateCache {
  read(fileId: string): Promise<IssuedCertificate | undefined>;
  /** One file, so that key and certificate always belong together. */
  write(fileId: string, certificate: IssuedCertificate): Promise<void>;
  remove(fileId: string): Promise<void>;
  /** Writes a PFX that only administrators can read, hands its path to the work, and removes it afterwards. */
  withPfx<Result>(fileId: string, pfx: Uint8Array, work: (path: string) => Promise<Result>): Promise<Result>;
}

/** A renewal that could be read, or the reason why not. */
export type LoadedRenewal =
  | { readonly kind: 'renewal'; readonly renewal: Renewal }
  | { readonly kind: 'unreadable'; readonly id: string; readonly error: Error };

/** Keeps the renewals of one CA. */
export interface RenewalStore {
  /** All renewals by id; unreadable files are reported, never skipped in silence. */
  list(): Promise<readonly LoadedRenewal[]>;
  write(renewal: Renewal): Promise<void>;
  remove(id: string): Promise<void>;
}

/** An account at an acme-dns server, which may set the TXT values of one name. */
export interface AcmeDnsAccount {
  /** The name it was registered for, such as `_acme-challenge.www.example.com`. */
  readonly name: string;
  /** The name with the values, without a final dot; `_acme-challenge` names lead to it by CNAME. */
  readonly fullDomain: string;
  /** First label of that name. */
  readonly subdomain: string;
  readonly username: string;
  /** Secret. */
  readonly password: string;
}

/**
 * Keeps accounts at acme-dns servers, one for each name that leads to one. They belong to no CA and no renewal: the CNAME
 * stays when renewals come and go. @throws WacsError ConfigurationError, AccessDenied, StorageError.
 */
export interface AcmeDnsAccountStore {
  /** The account registered for a name. */
  read(server: string, name: string): Promise<AcmeDnsAccount | undefined>;
  write(server: string, account: AcmeDnsAccount): Promise<void>;
  /** All accounts at a server; one that cannot be read is told in the log and left out. */
  list(server: string): Promise<readonly AcmeDnsAccount[]>;
  /** Where the account registered for a name is kept, for messages. */
  placeOf(server: string, name: string): string;
}
