import * as v from 'valibot';
import { WacsError } from '../core/errors.ts';

const directorySchema = v.looseObject({
  newNonce: v.string(),
  newAccount: v.string(),
  newOrder: v.string(),
  revokeCert: v.optional(v.string()),
  keyChange: v.optional(v.string()),
  renewalInfo: v.optional(v.string()),
  meta: v.optional(
    v.looseObject({
      termsOfService: v.optional(v.string()),
      externalAccountRequired: v.optional(v.boolean()),
      profiles: v.optional(v.record(v.string(), v.string())),
      accountHashPrefix: v.fallback(v.optional(v.string()), undefined),
    }),
  ),
});

/** The directory object of RFC 8555 section 7.1.1, with `renewalInfo` of RFC 9773, `profiles` of the ACME profiles draft, and `accountHashPrefix` of draft-ietf-acme-dns-persist. */
export type AcmeDirectory = v.InferOutput<typeof directorySchema>;

/** Addresses to try for a base URI, first the likeliest: Let's Encrypt is known by its host, others by their directory. */
export function directoryCandidates(baseUri: string): readonly string[] {
  const url = new URL(baseUri);
  const below = new URL('directory', baseUri.endsWith('/') ? baseUri : `${baseUri}/`).href;
  const isRoot = url.pathname === '/' || url.pathname === '';
  return isRoot ? [below, baseUri] : [baseUri, below];
}

/** A directory out of a response body; undefined when it is none. */
export function parseDirectory(body: unknown): AcmeDirectory | undefined {
  const parsed = v.safeParse(directorySchema, body);
  return parsed.success ? parsed.output : undefined;
}

/** The address of a resource. @throws WacsError AcmeError when the CA does not offer it. */
export function resourceUrl(
  directory: AcmeDirectory,
  resource: 'revokeCert' | 'keyChange' | 'newNonce' | 'newAccount' | 'newOrder',
): string {
  const url = directory[resource];
  if (url !== undefined) return url;
  throw new WacsError('AcmeError', `the CA's directory has no "${resource}": it does not offer that service`, {
    hint: 'Check --baseuri; this CA cannot do what was asked.',
  });
}
