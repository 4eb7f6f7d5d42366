import * as v from 'valibot';
import type { PersistentBinding } from '../core/acme.ts';

const names = v.fallback(v.optional(v.array(v.string())), undefined);
const address = v.fallback(v.optional(v.string()), undefined);

/** Fields of a dns-persist-01 challenge; their spelling differs between the drafts of draft-ietf-acme-dns-persist. */
export const persistFields = {
  'issuer-domain-names': names,
  issuerDomainNames: names,
  accounturi: address,
  accountUri: address,
};

/** The account a challenge is for. */
export interface PersistentAccount {
  readonly url: string;
  /** `accountHashPrefix` of the directory. */
  readonly hashPrefix: string | undefined;
}

type Fields = { readonly [Name in keyof typeof persistFields]?: v.InferOutput<(typeof persistFields)[Name]> };

/** What a challenge says about a permanent record; undefined for other challenges. */
export function readPersistence(challenge: Fields, account: PersistentAccount): PersistentBinding | undefined {
  const issuerDomainNames = challenge.issuerDomainNames ?? challenge['issuer-domain-names'];
  if (issuerDomainNames === undefined) return undefined;
  const accountUri = challenge.accountUri ?? challenge.accounturi;
  return {
    issuerDomainNames,
    accountUrl: account.url,
    ...(accountUri === undefined ? {} : { accountUri }),
    ...(account.hashPrefix === undefined ? {} : { accountHashPrefix: account.hashPrefix }),
  };
}
