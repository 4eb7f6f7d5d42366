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
  readonly token: string;
  readonly error?: AcmeProblem;
}

/** What a new order asks for (RFC 8555 section 7.4, RFC 9773 section 5, draft-ietf-acme-profiles). */
export interface NewOrder {
  readonly identifiers: readonly Identifier[];
  readonly profile?: string;
  /** RFC 9773 certificate identifier of the predecessor; sent only to CAs with renewal information. */
  readonly replaces?: string;
}

/** What is needed to find or create the account. */
export interface AccountRequest {
  readonly acceptTerms: boolean;
  readonly emailAddresses: readonly string[];
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

/** A certificate chain, leaf first, each PEM. */
export type CertificateChain = readonly string[];

/** Revocation reasons of RFC 5280 section 5.3.1 that ACME CAs take. */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
} as const;

/** Name of a revocation reason. */
export type RevocationReason = keyof typeof revocationReasons;

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
  finalizeOrder(order: AcmeOrder, csr: Uint8Array): Promise<AcmeOrder>;
  /** Certificate request (RFC 2986, DER) for the identifiers. */
  createCsr(request: CsrRequest): Promise<Uint8Array>;
  /** The default chain, or the alternate whose issuer's common name is the preferred one (RFC 8555 section 7.4.2). */
  downloadCertificate(order: AcmeOrder, preferredIssuer?: string): Promise<CertificateChain>;
  /** Gives up a pending authorization (RFC 8555 section 7.5.2). */
  deactivateAuthorization(url: string): Promise<void>;
  revokeCertificate(certificatePem: string, reason: RevocationReason): Promise<void>;
  /** Names of the profiles the CA offers; empty when it offers none. */
  profiles(): Promise<readonly string[]>;
  /** True when the directory has renewal information (RFC 9773). */
  hasRenewalInfo(): Promise<boolean>;
}

/** What goes into a certificate request. */
export interface CsrRequest {
  readonly commonName: string | undefined;
  readonly identifiers: readonly Identifier[];
  /** PKCS#8 PEM. Secret. */
  readonly privateKeyPem: string;
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
