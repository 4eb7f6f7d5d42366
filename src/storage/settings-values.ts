import { release } from 'node:os';
import type { DuePolicy } from '../core/due-date.ts';
import type { PluginDefaults } from '../core/plugin.ts';
import type { DnsPolicy, PollPolicy, RetryPolicy } from '../core/policies.ts';
import type { Settings } from './settings.ts';

/** First Windows build (Server 2019, Windows 10 1809) that reads PKCS#12 files with AES-256 and SHA-256. */
const firstModernBuild = 17_763;

/** Looking for a record costs little; a run that waits for one costs time. */
const longestDnsPauseMs = 10_000;

/** When renewals are due. */
export function duePolicy({ ScheduledTask }: Settings): DuePolicy {
  const { RenewalDays, RenewalDaysRange, RenewalMinimumValidDays, RenewalDisableServerSchedule } = ScheduledTask;
  return {
    ...(RenewalDays === null ? {} : { renewalDays: RenewalDays }),
    ...(RenewalDaysRange === null ? {} : { renewalDaysRange: RenewalDaysRange }),
    ...(RenewalMinimumValidDays === null ? {} : { minimumValidDays: RenewalMinimumValidDays }),
    disableServerSchedule: RenewalDisableServerSchedule,
  };
}

/** What settings say for a renewal that its plan leaves open. */
export function renewalDefaults(settings: Settings): {
  readonly policy: DuePolicy;
  readonly profile?: string;
  readonly preferredIssuer?: string;
} {
  const { CertificateProfile, PreferredIssuer } = settings.Acme;
  return {
    policy: duePolicy(settings),
    ...(CertificateProfile === null ? {} : { profile: CertificateProfile }),
    ...(PreferredIssuer === null ? {} : { preferredIssuer: PreferredIssuer }),
  };
}

/** Limits for requests to the CA. */
export function retryPolicy({ Acme }: Settings): RetryPolicy {
  return {
    requestTimeoutMs: Acme.RequestTimeout * 1000,
    attempts: Acme.RequestAttempts,
    firstDelayMs: Acme.RequestFirstDelay * 1000,
    longestWaitMs: Acme.LongestRetryAfter * 1000,
  };
}

/** Limits for polling. */
export function pollPolicy({ Acme }: Settings): PollPolicy {
  return {
    timeoutMs: Acme.PollTimeout * 1000,
    firstLookMs: 50,
    firstPauseMs: Math.min(250, Acme.PollTimeout * 1000),
    longestPauseMs: 5_000,
  };
}

/** How the DNS is asked. */
export function dnsPolicy({ Validation }: Settings): DnsPolicy {
  const intervalMs = Validation.PreValidateDnsRetryInterval * 1000;
  return {
    servers: Validation.DnsServers,
    localOnly: Validation.PreValidateDnsLocal,
    followAliases: Validation.AllowDnsSubstitution,
    check: Validation.PreValidateDns,
    limitMs: Validation.PreValidateDnsRetryCount * intervalMs,
    longestPauseMs: Math.min(intervalMs, longestDnsPauseMs),
    settleMs: Validation.DnsPropagationDelay * 1000,
  };
}

/** Defaults of plugin options. */
export function pluginDefaults({ Csr, Script, Security, Store, Validation }: Settings): PluginDefaults {
  const { DefaultStore, PrivateKeyExportable, UseNextGenerationCryptoApi } = Store.CertificateStore;
  return {
    rsaKeyBits: Csr.Rsa.KeyBits,
    ecCurve: Csr.Ec.CurveName === 'secp256r1' ? 'P-256' : 'P-384',
    pfxProtection: readsModernPfx() ? 'modern' : 'legacy',
    scriptTimeoutMs: Script.Timeout * 1000,
    cleanupFolders: Validation.CleanupFolders,
    certificateStore: {
      name: DefaultStore || undefined,
      exportable: PrivateKeyExportable,
      preferCng: UseNextGenerationCryptoApi,
      dateInName: Security.FriendlyNameDateTimeStamp,
    },
  };
}

/** Seconds of a time span `HH:mm:ss`. */
export function secondsOf(timeSpan: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = timeSpan.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

function readsModernPfx(): boolean {
  if (process.platform !== 'win32') return true;
  const build = Number(release().split('.')[2]);
  return Number.isNaN(build) || build >= firstModernBuild;
}
