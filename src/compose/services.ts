import { createLimiter } from '../core/bounded.ts';
import type { DnsClient } from '../core/dns.ts';
import type { PluginServices } from '../core/plugin.ts';
import type { RenewServices } from '../core/renew-services.ts';
import type { Renewal } from '../core/renewal.ts';
import { createCertificateTools } from '../crypto/certificate-tools.ts';
import type { Redactor } from '../log/redact.ts';
import { systemRandom } from '../platform/clock.ts';
import { pluginRegistry } from '../plugins/registry.ts';
import { createPlanResolver } from '../plugins/resolve-plan.ts';
import { createAcmeDnsAccountStore } from '../storage/acme-dns-store.ts';
import { createCertificateCache } from '../storage/certificate-cache.ts';
import { createOrderStore } from '../storage/order-store.ts';
import type { SecretProtection } from '../storage/secrets.ts';
import type { Settings } from '../storage/settings.ts';
import { dnsPolicy, pluginDefaults } from '../storage/settings-values.ts';
import type { AcmeParts } from './acme.ts';
import { createPassword, lazyCertificateStore } from './certificate-store.ts';
import { lazyHttpChallenges, lazyTlsChallenges } from './challenges.ts';
import { type Foundation, onWindows, systemRoot } from './foundation.ts';
import { lazy } from './lazy.ts';
import { lazyProcesses } from './processes.ts';

/** What renewals are made with. */
export interface WiredServices {
  readonly services: RenewServices;
  /** The same with the renewal's own settings. */
  servicesOf(renewal: Renewal): RenewServices;
}

/** Wires what renewals are made with: plugins, stores on disk, the CA. */
export function wireServices(foundation: Foundation, acme: AcmeParts): WiredServices {
  const { files, secrets, paths, clock, log, signal, settings, redactor, renewals } = foundation;
  const certificates = createCertificateTools();
  const plugins = wirePlugins(foundation, acme);
  const services: RenewServices = {
    plans: createPlanResolver(pluginRegistry, plugins),
    authority: acme.authority,
    certificates,
    renewalInfo: acme.renewalInfo,
    renewals,
    orders: createOrderStore(paths.orders, files, { secrets, log }),
    cache: createCertificateCache(paths.certificates, { files, secrets, certificates }),
    pfxProtection: pluginDefaults(settings).pfxProtection,
    createPassword: () => createPassword(redactor),
    limitCertificates: createLimiter(settings.Execution.MaxConcurrency),
    limitValidations: createLimiter(settings.Validation.ParallelBatchSize),
    clock,
    random: systemRandom,
    log,
    signal,
  };
  return {
    services,
    servicesOf(renewal) {
      if (renewal.settings === undefined) return services;
      const own = foundation.settingsOf(renewal);
      const { defaults, ...rest } = { ...plugins, ...settledBy(own, foundation) };
      const plans = createPlanResolver(pluginRegistry, { ...rest, defaults });
      return { ...services, plans, pfxProtection: defaults.pfxProtection };
    },
  };
}

/** The parts of plugins that follow the settings; all else (listeners above all) is shared by all renewals of a run. */
function settledBy(settings: Settings, foundation: Foundation): Pick<PluginServices, 'defaults' | 'dns'> {
  return { defaults: pluginDefaults(settings), dns: lazyDns({ ...foundation, settings }) };
}

function wirePlugins(foundation: Foundation, acme: AcmeParts): PluginServices {
  const { files, clock, log, secrets, secretReader, redactor, settings, signal, paths } = foundation;
  const certificates = createCertificateTools();
  const { pfxProtection } = pluginDefaults(settings);
  return {
    files,
    processes: lazyProcesses(signal, 'ScriptFailed'),
    clock,
    log,
    certificates,
    certificateStore: lazyCertificateStore({
      ...{ certificates, pfxProtection, log },
      createPassword: () => createPassword(redactor),
    }),
    http: acme.http,
    acmeDnsAccounts: createAcmeDnsAccountStore(paths.acmeDns, { files, log, secrets: redacted(secrets, redactor) }),
    httpChallenges: lazyHttpChallenges(foundation),
    tlsChallenges: lazyTlsChallenges(foundation),
    signal,
    ...settledBy(settings, foundation),
    platform: onWindows ? 'win32' : 'posix',
    // The scheduled task may have a console, and nobody who looks at it.
    interactive: foundation.args.command === 'create' && foundation.console.isInteractive,
    systemRoot: onWindows ? systemRoot : undefined,
    revealSecret: secretReader.stored,
  };
}

function lazyDns({ settings, clock, log, signal }: Foundation): DnsClient {
  const client = lazy(async () =>
    (await import('../platform/dns/dns-client.ts')).createDnsClient({
      policy: dnsPolicy(settings),
      clock,
      log,
      signal,
    }),
  );
  return {
    followAliases: async (name) => (await client.get()).followAliases(name),
    findZone: async (name) => (await client.get()).findZone(name),
    waitForTxt: async (record, limitMs) => (await client.get()).waitForTxt(record, limitMs),
    readTxt: async (name) => (await client.get()).readTxt(name),
    exchange: async (server, message, ending) => (await client.get()).exchange(server, message, ending),
  };
}

/** Secrets that no output shows as soon as they have passed here. */
function redacted(secrets: SecretProtection, redactor: Redactor): SecretProtection {
  return {
    ...secrets,
    protect: (plain) => secrets.protect(hidden(plain, redactor)),
    reveal: (stored) => hidden(secrets.reveal(stored), redactor),
  };
}

/** A secret that no output shows from now on. */
function hidden(secret: string, redactor: Redactor): string {
  redactor.add(secret);
  return secret;
}
