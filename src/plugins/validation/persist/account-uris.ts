import { createHash } from 'node:crypto';
import type { PersistentBinding } from '../../../core/acme.ts';

/** How a record may name the account. */
export interface AccountUris {
  /** For a new record. */
  readonly preferred: string;
  /** Those the CA takes for the account for sure, the preferred one included. */
  readonly certain: readonly string[];
  /** True for one that the CA may take: hashed with an earlier key of the account, or in the form of an earlier draft. */
  mayBe(uri: string): boolean;
}

/** What a hashed address is made of (draft 02, section 4.1). */
export interface HashInput {
  /** The name below which the record lies, or `*` for a hash that goes with any name. */
  readonly domain: string;
  /** JWK thumbprint of the account key, base64url. */
  readonly thumbprint: string;
  readonly accountUrl: string;
}

/**
 * The addresses of an account for the record of a name: the one the challenge asks for; else, at a CA with
 * `accountHashPrefix`, the hashed one; else the account's own.
 */
export function accountUris(binding: PersistentBinding, input: Omit<HashInput, 'accountUrl'>): AccountUris {
  const { accountUrl, accountUri, accountHashPrefix: prefix } = binding;
  const hashed = (domain: string): string[] =>
    prefix === undefined ? [] : [hashedAccountUri(prefix, { ...input, domain, accountUrl })];
  const asked = accountUri === undefined ? [] : [accountUri];
  const own = prefix === undefined ? [accountUrl] : [];
  const certain = [...asked, ...hashed(input.domain), ...hashed('*'), ...own];
  const mayBe = (uri: string): boolean => uri === accountUrl || (prefix !== undefined && uri.startsWith(prefix));
  return { preferred: certain[0] ?? accountUrl, certain, mayBe };
}

/** `<prefix>sha-256/<hash>`, base64url without padding. */
export function hashedAccountUri(prefix: string, { domain, thumbprint, accountUrl }: HashInput): string {
  const hash = createHash('sha256')
    .update(Buffer.of(domain.length))
    .update(domain + thumbprint + accountUrl);
  return `${prefix}sha-256/${hash.digest('base64url')}`;
}
