import * as v from 'valibot';
import { parseDnsServer } from '../../core/dns.ts';
import { optionalSetting, plainText, setting, wholeNumber } from './values.ts';

const scope = 'renewal';

const dnsServer = v.pipe(
  plainText,
  v.check(
    (text) => /^\[system\]$/i.test(text) || parseDnsServer(text) !== undefined,
    'must be "[System]" or an address such as "192.0.2.1", "192.0.2.1:5353" or "[2001:db8::1]:5353"',
  ),
);

/** Settings `Validation`: folders made for challenges, and how the DNS is asked before the CA is told of a record. */
export const validationSettings = v.object({
  DefaultValidation: optionalSetting(plainText, 'plugin used without --validation', {
    defaultText: 'that of --validation',
  }),
  DefaultValidationMode: optionalSetting(
    plainText,
    'challenge type used without --validation and --validationmode, such as dns-01',
    { defaultText: 'the first one of the plugin' },
  ),
  ParallelBatchSize: setting(wholeNumber(1, 100), 20, 'names validated at the same time, over all renewals of a run'),
  CleanupFolders: setting(
    v.boolean(),
    true,
    'remove the folders that were made for challenges in a web site, when they are empty',
    { scope },
  ),
  PreValidateDns: setting(
    v.boolean(),
    true,
    'wait until the name servers show the record before the CA is told; a record that does not appear is exit code 45',
    { scope },
  ),
  PreValidateDnsRetryCount: setting(
    wholeNumber(1, 1000),
    10,
    'times PreValidateDnsRetryInterval is the limit of that wait',
    { scope },
  ),
  PreValidateDnsRetryInterval: setting(
    wholeNumber(1, 3600),
    30,
    'seconds; the name servers are asked more often than that at first, and then every 10 seconds at least',
    { scope },
  ),
  PreValidateDnsLocal: setting(
    v.boolean(),
    false,
    'ask DnsServers for the record, and for everything else, instead of the name servers of its zone',
    { scope },
  ),
  DnsPropagationDelay: setting(
    wholeNumber(0, 3600),
    5,
    'seconds from the moment all name servers show the record until the CA is told; without PreValidateDns, from its creation',
    { scope },
  ),
  AllowDnsSubstitution: setting(
    v.boolean(),
    true,
    'put the record where a CNAME leads from _acme-challenge; false: always at _acme-challenge itself',
    { scope },
  ),
  DnsServers: setting(
    v.pipe(v.array(dnsServer), v.minLength(1, 'must name a server, such as "[System]"')),
    ['[System]'],
    'DNS servers to ask: addresses, with :port where it is not 53; [System] stands for those of the system',
    { scope },
  ),
});
