import type { AcmeProblem } from './errors.ts';
import type { Identifier } from './identifier.ts';

/** Order states of RFC 8555 section 7.1.6; text because a CA may add some. */
export interface AcmeOrder {
  readonly url: string;
  readonly status: string;
  readonly identifiers: readonly Identifier[];
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate?: string;
  readonly expires?: Date;
  readonly profile?: string;
  readonly error?: AcmeProblem;
}

/** Authorization object of RFC 8555 section 7.1.4. */
export interface AcmeAuthorization {
  readonly url: string;
  readonly status: string;
  readonly identifier: Identifier;
  readonly wildcard: boolean;
  readonly challenges: readonly AcmeChallenge[];
}

/** Challenge object of RFC 8555 section 7.1.5. */
export interface AcmeChallenge {
  readonly url: string;
  readonly type: string;
  readonly status: string;
  /** Empty for a challenge without one. */
  readonly token: string;
  readonly error?: AcmeProblem;
  /** For dns-persist-01. */
  readonly persist?: PersistentBinding;
}

/**
 * What a record for dns-persist-01 has to say (draft-ietf-acme-dns-persist sections 3.1 and 4.1): who may issue, and for
 * which account.
 */
export interface PersistentBinding {
  /** Names of the CA; one of them stands in the record. */
  readonly issuerDomainNames: readonly string[];
  /** Address of the account at the CA (RFC 8555 section 7.3). */
  readonly accountUrl: string;
  /** Another address of the account, that the challenge asks for (drafts 00 and 01). */
  readonly accountUri?: string;
  /** What hashed addresses of accounts begin with (draft 02 and later), from the directory. */
  readonly accountHashPrefix?: string;
}

/** What a new order asks for (RFC 8555 section 7.4, RFC 9773 section 5, draft-ietf-acme-profiles). */
export interface NewOrder {
  readonly identifiers: readonly Identifier[];
  readonly profile?: string;
  /** RFC 9773 certificate identifier of the predecessor; sent only to CAs with renewal information. */
  readonly replaces?: string;
  /** To be tried even where the CA has refused another order of the run for the whole account. */
  readonly urgent?: boolean;
}

/** What is needed to find or create the account. */
export interface AccountRequest {
  readonly acceptTerms: boolean;
  /** Absent: the contact stays as it is. Empty: it is removed. */
  readonly emailAddresses?: readonly string[];
  /** Nothing is registered; without an account the request fails. */
  readonly existingOnly?: boolean;
  /** A key the CA does not take is not replaced by one of another kind. */
  readonly keepKey?: boolean;
  readonly externalAccountBinding?: {
    readonly keyIdentifier: string;
    readonly key: string;
    readonly algorithm: string;
  };
}

/** The account as the CA knows it. */
export interface AcmeAccount {
  readonly url: string;
  readonly status: string;
  readonly contact: readonly string[];
}

/** What `--register` asks for beyond what every order needs. */
export interface RegistrationRequest extends AccountRequest {
  /** Key of the account, PKCS#8 PEM; absent for the stored one, or a new one. Secret. */
  readonly keyPem?: string;
  /** What stands in the way of a new account, such as one the CA does not accept any more, is set aside. */
  readonly replace: boolean;
}

/** Work on the account itself (RFC 8555 sections 7.3 to 7.3.6). */
export interface AccountAdministration {
  /**
   * Finds the account at the CA, brings contact and terms up to date, or registers it. One the CA has forgotten is
   * registered again, one that was deactivated on this machine is replaced by a new one.
   * @returns the account as the CA sees it now
   * @throws WacsError AcmeAccountError.
   */
  register(request: RegistrationRequest): Promise<AcmeAccount>;
  /**
   * Gives the account a new key (RFC 8555 section 7.3.5). Interrupted at any point, the next use of the account finds
   * out which key is in force.
   * @throws WacsError AcmeError when the CA does not offer it, AcmeAccountError.
   */
  changeKey(): Promise<AcmeAccount>;
  /** Ends the account for good (RFC 8555 section 7.3.6); one that was deactivated before is no failure. */
  deactivate(): Promise<AcmeAccount>;
}

/** A certificate chain, leaf first, each PEM. */
export type CertificateChain = readonly string[];

/** Revocation reasons of RFC 5280 section 5.3.1 that are for certificates of servers. */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;

/** Name of a revocation reason. */
export type RevocationReason = keyof typeof revocationReasons;

/** A certificate to be revoked, and who asks for it (RFC 8555 section 7.6). */
export interface RevocationRequest {
  readonly certificatePem: string;
  readonly reason: RevocationReason;
  /** The certificate's own key signs, PKCS#8 PEM, and no account is needed; without it, the account does. Secret. */
  readonly certificateKeyPem?: string;
}

/**
 * One ACME CA with one account. Implementations MUST bound every wait, MUST keep the CA's whole problem document in
 * `WacsError.details.problem`, and MUST NOT let a foreign error type through.
 */
export interface CertificateAuthority {
  /** Finds the stored account or creates one. MUST be idempotent and run at most once per process. */
  ensureAccount(request: AccountRequest): Promise<AcmeAccount>;
  newOrder(request: NewOrder): Promise<AcmeOrder>;
  getOrder(url: string): Promise<AcmeOrder>;
  getAuthorization(url: string): Promise<AcmeAuthorization>;
  /** Key authorization of RFC 8555 section 8.1. */
  keyAuthorization(challenge: AcmeChallenge): Promise<string>;
  /** Tells the CA that the challenge is in place (RFC 8555 section 7.5.1). */
  answerChallenge(url: string): Promise<void>;
  /** Polls until the authorization leaves `pending`. @throws WacsError AcmeTimeout at the limit. */
  waitForAuthorization(url: string): Promise<AcmeAuthorization>;
  /** Polls until the order leaves the given states. @throws WacsError AcmeTimeout at the limit. */
  waitForOrder(url: string, whileIn: readonly string[]): Promise<AcmeOrder>;
  /** Hands in a certificate request (RFC 2986, DER). */
  finalizeOrder(order: AcmeOrder, csr: Uint8Array): Promise<AcmeOrder>;
  /** The default chain, or the alternate whose issuer's common name is the preferred one (RFC 8555 section 7.4.2). */
  downloadCertificate(order: AcmeOrder, preferredIssuer?: string): Promise<CertificateChain>;
  /** Gives up a pending authorization (RFC 8555 section 7.5.2). */
  deactivateAuthorization(url: string): Promise<void>;
  /** One that was revoked before is no failure. @throws WacsError AcmeAccountError when the signer may not do it. */
  revokeCertificate(request: RevocationRequest): Promise<'revoked' | 'alreadyRevoked'>;
  /** Names of the profiles the CA offers; empty when it offers none. */
  profiles(): Promise<readonly string[]>;
  /** True when the directory has renewal information (RFC 9773). */
  hasRenewalInfo(): Promise<boolean>;
}

/** Answer of the renewalInfo resource (RFC 9773 section 4.2). */
export interface RenewalInfo {
  readonly windowStart: Date;
  readonly windowEnd: Date;
  readonly explanationUrl?: string;
  /** Earliest moment of the next question, from Retry-After, bounded to 1 minute to 1 day. */
  readonly askAgainAt: Date;
}

/** Asks a CA when a certificate should be renewed; needs no account. */
export interface RenewalInfoSource {
  /** Undefined when the CA has no renewal information. @throws WacsError AcmeUnreachable, AcmeError. */
  getRenewalInfo(certificateId: string): Promise<RenewalInfo | undefined>;
}
