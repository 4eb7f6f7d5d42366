import type { Problem } from './problem.ts';

/** Contents of the directory's `meta` (RFC 8555 section 7.1.1, draft-ietf-acme-profiles, draft-ietf-acme-dns-persist). */
export interface DirectoryMeta {
  termsOfService?: string;
  website?: string;
  caaIdentities?: readonly string[];
  externalAccountRequired?: boolean;
  /** Name of each profile → its description. */
  profiles?: Readonly<Record<string, string>>;
  /** What the hashed addresses of accounts begin with. */
  accountHashPrefix?: string;
}

/** How finalize goes on when it is not done at once. */
export interface Processing {
  /** Number of times reading the order still shows `processing`; finalize itself always does. */
  polls: number;
  /** Value of `Retry-After` on these answers. */
  retryAfter?: string;
  /** The order ends `invalid` with this problem, otherwise `valid`. */
  failure?: Problem;
}

/** Behaviour of the CA; may be changed while it runs. */
export interface FakeAcmeSettings {
  meta: DirectoryMeta;
  /** Key identifier → MAC key in base64url of the external accounts it knows. */
  externalAccounts: Readonly<Record<string, string>>;
  /** Every challenge succeeds without a look; otherwise only http-01 can succeed. */
  alwaysValid: boolean;
  /** Types offered in authorizations of names (wildcards and addresses get those they may have). */
  challengeTypes: readonly string[];
  /** As Let's Encrypt: newOrder gives a pending or ready order for the same names again. */
  reuseOrders: boolean;
  /** As Let's Encrypt: a valid authorization of the account serves again. */
  reuseAuthorizations: boolean;
  /** As Let's Encrypt: what the key of a certificate signs to revoke it is a proof that the key is compromised. */
  signedByKeyIsCompromised: boolean;
  /** Value of `Retry-After` on pending authorizations and orders. */
  pollRetryAfter: string | undefined;
  processing: Processing | undefined;
  /** Percent of good nonces that are refused (RFC 8555 section 6.5). */
  nonceReject: number;
  /** Life of new certificates in seconds. */
  lifetimeSeconds: number;
}

/** Settings of a friendly CA with all it can do. */
export function defaultSettings(): FakeAcmeSettings {
  return {
    meta: {
      termsOfService: 'https://ca.example/terms/v1',
      website: 'https://ca.example',
      caaIdentities: ['ca.example'],
      profiles: { classic: 'The usual 90 days', shortlived: 'A certificate of 160 hours' },
    },
    externalAccounts: {},
    alwaysValid: false,
    challengeTypes: ['http-01', 'dns-01', 'tls-alpn-01'],
    reuseOrders: false,
    reuseAuthorizations: false,
    signedByKeyIsCompromised: false,
    pollRetryAfter: undefined,
    processing: undefined,
    nonceReject: 0,
    lifetimeSeconds: 90 * 86_400,
  };
}
