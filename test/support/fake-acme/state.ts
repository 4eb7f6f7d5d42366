import { randomBytes } from 'node:crypto';
import type { Issuer } from './issuer.ts';
import type { Jwk } from './jwk.ts';
import { type FakeIdentifier, type Problem, refuse } from './problem.ts';
import type { FakeAcmeSettings } from './settings.ts';

export interface FakeAccount {
  readonly id: string;
  jwk: Jwk;
  status: 'valid' | 'deactivated' | 'revoked';
  contact: readonly string[];
  /** Key identifier of the external account it is bound to. */
  readonly externalAccount?: string;
}

export interface FakeChallenge {
  readonly id: string;
  readonly type: string;
  readonly token: string;
  status: 'pending' | 'processing' | 'valid' | 'invalid';
  validated?: string;
  error?: Problem;
}

export interface FakeAuthorization {
  readonly id: string;
  readonly accountId: string;
  /** Without the `*.` of a wildcard. */
  readonly identifier: FakeIdentifier;
  readonly wildcard: boolean;
  readonly expires: Date;
  readonly challenges: readonly FakeChallenge[];
  status: 'pending' | 'valid' | 'invalid' | 'deactivated' | 'expired' | 'revoked';
}

export interface FakeOrder {
  readonly id: string;
  readonly accountId: string;
  readonly identifiers: readonly FakeIdentifier[];
  readonly authorizations: readonly FakeAuthorization[];
  readonly expires: Date;
  readonly profile?: string;
  /** Certificate identifier of the predecessor (RFC 9773 section 5). */
  readonly replaces?: string;
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  /** Spki DER of the request's key, from finalize on. */
  requestedKey?: Buffer;
  /** How often it is still seen as processing. */
  pollsLeft: number;
  certificateId?: string;
  error?: Problem;
}

export interface FakeCertificate {
  /** Serial number in hex. */
  readonly id: string;
  /** Certificate identifier of RFC 9773 section 4.1. */
  readonly renewalId: string;
  readonly accountId: string;
  readonly identifiers: readonly FakeIdentifier[];
  readonly der: Buffer;
  /** Spki DER. */
  readonly publicKey: Buffer;
  /** The default chain and its alternates, each leaf first in PEM without the root. */
  readonly chains: readonly (readonly string[])[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  revocationReason?: number;
}

/** What renewalInfo answers (RFC 9773 section 4.2). */
export interface RenewalWindow {
  readonly start: Date;
  readonly end: Date;
  readonly explanationUrl?: string;
  /** Value of `Retry-After`; default 21600. */
  readonly retryAfter?: string;
}

/** All the fake CA remembers; tests may read and change it. */
export interface FakeAcmeState {
  readonly baseUrl: string;
  /** Port of 127.0.0.1 on which http-01 is checked. */
  readonly httpPort: number;
  readonly issuer: Issuer;
  readonly settings: FakeAcmeSettings;
  /** Aborted by stop(). */
  readonly signal: AbortSignal;
  readonly nonces: Set<string>;
  readonly accounts: Map<string, FakeAccount>;
  readonly authorizations: Map<string, FakeAuthorization>;
  readonly orders: Map<string, FakeOrder>;
  readonly certificates: Map<string, FakeCertificate>;
  /** Public keys (SPKI DER in hex) that get no certificate any more. */
  readonly blockedKeys: Set<string>;
  /** Renewal windows by certificate identifier; `*` is for all others. */
  readonly windows: Map<string, RenewalWindow>;
}

/** The state of a CA that has seen nobody yet. */
export function createState(
  parts: Pick<FakeAcmeState, 'baseUrl' | 'httpPort' | 'issuer' | 'settings' | 'signal'>,
): FakeAcmeState {
  return {
    ...parts,
    nonces: new Set(),
    accounts: new Map(),
    authorizations: new Map(),
    orders: new Map(),
    certificates: new Map(),
    blockedKeys: new Set(),
    windows: new Map(),
  };
}

/** A random name for an object. */
export function newId(): string {
  return randomBytes(9).toString('base64url');
}

/** Gives out a nonce that is good for one request. */
export function newNonce(state: FakeAcmeState): string {
  const nonce = randomBytes(16).toString('base64url');
  state.nonces.add(nonce);
  return nonce;
}

/** The object of that name when it belongs to the account. @throws Refusal malformed 404, unauthorized 403. */
export function findOwned<T extends { readonly accountId: string }>(
  map: ReadonlyMap<string, T>,
  id: string,
  account: FakeAccount,
): T {
  const found = map.get(id);
  if (found === undefined) throw refuse('malformed', 404, `no such resource: ${id}`);
  if (found.accountId !== account.id) throw refuse('unauthorized', 403, 'the resource belongs to another account');
  return found;
}
