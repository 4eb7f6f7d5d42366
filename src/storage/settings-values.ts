import { release } from 'node:os';
import type { PfxProtection } from '../core/certificate.ts';
import type { DuePolicy } from '../core/due-date.ts';
import type { DefaultChoice, FolderDefaults, PfxDefaults, PluginDefaults } from '../core/plugin.ts';
import type { DnsPolicy, PollPolicy, RetryPolicy } from '../core/policies.ts';
import { storedForm } from './secrets.ts';
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
export function pluginDefaults(settings: Settings): PluginDefaults {
  const { Cache, Csr, Script, Security, Store, Validation } = settings;
  const { PemFiles, PfxFile, CentralSsl, P7bFile } = Store;
  const { DefaultStore, PrivateKeyExportable, UseNextGenerationCryptoApi } = Store.CertificateStore;
  return {
    rsaKeyBits: Csr.Rsa.KeyBits,
    ecCurve: Csr.Ec.CurveName === 'secp256r1' ? 'P-256' : 'P-384',
    pfxProtection: protectionOf(Cache.ProtectionMode),
    scriptTimeoutMs: Script.Timeout * 1000,
    cleanupFolders: Validation.CleanupFolders,
    certificateStore: {
      name: DefaultStore || undefined,
      exportable: PrivateKeyExportable,
      preferCng: UseNextGenerationCryptoApi,
      dateInName: Security.FriendlyNameDateTimeStamp,
    },
    pemFiles: folderDefaults(PemFiles),
    pfxFile: pfxDefaults(PfxFile),
    centralSsl: pfxDefaults(CentralSsl),
    p7bFile: folderDefaults({ ...P7bFile, DefaultPassword: null }),
  };
}

/** Plugins to take where the command line names none, by the option that would. */
export function defaultChoices(settings: Settings): Readonly<Record<string, DefaultChoice>> {
  const { Store, Validation, Order, Csr, Installation } = settings;
  const choices = {
    store: { setting: 'Store.DefaultStore', value: Store.DefaultStore },
    validation: { setting: 'Validation.DefaultValidation', value: Validation.DefaultValidation },
    validationmode: { setting: 'Validation.DefaultValidationMode', value: Validation.DefaultValidationMode },
    order: { setting: 'Order.DefaultOrder', value: Order.DefaultOrder },
    csr: { setting: 'Csr.DefaultCsr', value: Csr.DefaultCsr },
    installation: { setting: 'Installation.DefaultInstallation', value: Installation.DefaultInstallation },
  };
  const wished = Object.entries(choices).flatMap(([option, { setting, value }]) =>
    value === null || value.trim() === '' ? [] : [[option, { setting, value: value.trim().toLowerCase() }] as const],
  );
  return Object.fromEntries(wished);
}

interface FolderSettings {
  readonly DefaultPath: string | null;
  readonly DefaultPassword: string | null;
}

/** An empty folder or password is none. */
function folderDefaults({ DefaultPath, DefaultPassword }: FolderSettings): FolderDefaults {
  return { path: DefaultPath || undefined, password: DefaultPassword ? storedForm(DefaultPassword) : undefined };
}

function pfxDefaults(settings: FolderSettings & { readonly DefaultProtectionMode: string }): PfxDefaults {
  return { ...folderDefaults(settings), protection: protectionOf(settings.DefaultProtectionMode) };
}

function protectionOf(mode: string): PfxProtection {
  const wished = mode.toLowerCase();
  if (wished === 'default') return readsModernPfx() ? 'modern' : 'legacy';
  return wished === 'legacy' ? 'legacy' : 'modern';
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
