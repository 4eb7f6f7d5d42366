import { randomBytes } from 'node:crypto';
import type { DnsClient } from '../core/dns.ts';
import { WacsError } from '../core/errors.ts';
import type { PluginServices } from '../core/plugin.ts';
import type { HttpChallengeServer, TlsChallengeServer } from '../core/ports.ts';
import type { RenewServices } from '../core/renew.ts';
import { createCertificateTools } from '../crypto/certificate-tools.ts';
import type { Redactor } from '../log/redact.ts';
import { systemRandom } from '../platform/clock.ts';
import { pluginRegistry } from '../plugins/registry.ts';
import { createPlanResolver } from '../plugins/resolve-plan.ts';
import { createCertificateCache } from '../storage/certificate-cache.ts';
import { createOrderStore } from '../storage/order-store.ts';
import { pluginDefaults } from '../storage/settings-values.ts';
import type { AcmeParts } from './acme.ts';
import { type Foundation, onWindows, systemRoot } from './foundation.ts';
import { lazy } from './lazy.ts';
import { lazyProcesses } from './processes.ts';

/** Wires what renewals are made with: plugins, stores on disk, the CA. */
export function wireServices(foundation: Foundation, acme: AcmeParts): RenewServices {
  const { files, secrets, paths, clock, log, signal, settings, redactor, renewals } = foundation;
  const certificates = createCertificateTools();
  const plugins = wirePlugins(foundation, acme);
  return {
    plans: createPlanResolver(pluginRegistry, plugins),
    authority: acme.authority,
    certificates,
    renewalInfo: acme.renewalInfo,
    renewals,
    orders: createOrderStore(paths.orders, files, { secrets, log }),
    cache: createCertificateCache(paths.certificates, { files, secrets, certificates }),
    pfxProtection: pluginDefaults(settings).pfxProtection,
    createPassword: () => hidden(randomBytes(24).toString('base64url'), redactor),
    clock,
    random: systemRandom,
    log,
    signal,
  };
}

function wirePlugins(foundation: Foundation, acme: AcmeParts): PluginServices {
  const { files, clock, log, secrets, redactor, settings, signal } = foundation;
  const server = lazy(async () =>
    (await import('../platform/http-challenge-server.ts')).createHttpChallengeServer(log),
  );
  const httpChallenges: HttpChallengeServer = {
    publish: async (port, token, keyAuthorization) => (await server.get()).publish(port, token, keyAuthorization),
    withdraw: async (port, token) => (await server.get()).withdraw(port, token),
  };
  return {
    files,
    processes: lazyProcesses(signal, 'ScriptFailed'),
    clock,
    log,
    certificates: createCertificateTools(),
    http: acme.http,
    dns: lazyDns(foundation),
    httpChallenges,
    tlsChallenges: lazyTlsChallenges(foundation),
    signal,
    defaults: pluginDefaults(settings),
    platform: onWindows ? 'win32' : 'posix',
    systemRoot: onWindows ? systemRoot : undefined,
    revealSecret: async (stored) => hidden(secrets.reveal(stored), redactor),
  };
}

function lazyDns(_: Foundation): DnsClient {
  const absent = (): never => {
    throw new WacsError('UnexpectedError', 'there is no DNS client');
  };
  return { followAliases: absent, findZone: absent, waitForTxt: absent, exchange: absent };
}

function lazyTlsChallenges(_: Foundation): TlsChallengeServer {
  const absent = (): never => {
    throw new WacsError('UnexpectedError', 'there is no server for tls-alpn-01');
  };
  return { publish: absent, withdraw: absent };
}

/** A secret that no output shows from now on. */
function hidden(secret: string, redactor: Redactor): string {
  redactor.add(secret);
  return secret;
}
