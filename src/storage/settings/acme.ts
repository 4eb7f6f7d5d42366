import * as v from 'valibot';
import { textOrNull, wholeNumber } from './values.ts';

/** Settings `Acme`: the CA and the limits of talking to it; times in seconds. */
export const acmeSettings = v.looseObject({
  DefaultBaseUri: v.optional(v.pipe(v.string(), v.url()), 'https://acme-v02.api.letsencrypt.org/'),
  DefaultBaseUriTest: v.optional(v.pipe(v.string(), v.url()), 'https://acme-staging-v02.api.letsencrypt.org/'),
  PreferredIssuer: textOrNull,
  CertificateProfile: textOrNull,
  RequestTimeout: v.optional(wholeNumber(1, 600), 30),
  RequestAttempts: v.optional(wholeNumber(1, 20), 6),
  RequestFirstDelay: v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(60)), 1),
  LongestRetryAfter: v.optional(wholeNumber(0, 3600), 600),
  PollTimeout: v.optional(wholeNumber(1, 3600), 300),
});
