import * as v from 'valibot';
import { optionalSetting, plainText, setting, webAddress, wholeNumber } from './values.ts';

/** Settings `Acme`: the CA and the limits of talking to it. */
export const acmeSettings = v.object({
  DefaultBaseUri: setting(
    webAddress,
    'https://acme-v02.api.letsencrypt.org/',
    'ACME directory of the CA that is used without --baseuri',
    { scope: 'all' },
  ),
  DefaultBaseUriTest: setting(
    webAddress,
    'https://acme-staging-v02.api.letsencrypt.org/',
    'ACME directory of the CA that is used with --test',
    { scope: 'all' },
  ),
  PreferredIssuer: optionalSetting(plainText, 'the chain to take, as --preferredissuer', { scope: 'renewal' }),
  CertificateProfile: optionalSetting(plainText, 'certificate profile of the CA, as --profile', { scope: 'renewal' }),
  RequestTimeout: setting(wholeNumber(1, 600), 30, 'seconds for one exchange with the CA'),
  RequestAttempts: setting(wholeNumber(1, 20), 6, 'attempts after network failures and faults of the CA'),
  RequestFirstDelay: setting(
    v.pipe(v.number(), v.minValue(0.01, 'must be at least 0.01'), v.maxValue(60, 'must be at most 60')),
    1,
    'seconds before the second attempt; doubled for each further one',
  ),
  LongestRetryAfter: setting(wholeNumber(0, 3600), 600, 'seconds that the CA may ask to wait within a run'),
  PollTimeout: setting(wholeNumber(1, 3600), 300, 'seconds for an authorization or order to settle'),
});
