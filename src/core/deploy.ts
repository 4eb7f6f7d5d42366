import type { CertificateTools, IssuedCertificate, PfxProtection } from './certificate.ts';
import { combineFailures, type ErrorCode, restate, toWacsError, type WacsError } from './errors.ts';
import type { InstallationContext, InstallationPlugin, StorePlugin, StoreResult } from './plugin.ts';
import type { Log } from './ports.ts';
import type { PreviousCertificate } from './renewal.ts';
import type { CertificateCache } from './stores.ts';

/** A plugin with the name it has in the plan. */
export interface Named<Plugin> {
  readonly name: string;
  readonly plugin: Plugin;
}

/** What is to be deployed, and where. */
export interface DeployRequest {
  readonly renewalId: string;
  /** Name under which files of the certificate are kept. */
  readonly fileId: string;
  readonly certificate: IssuedCertificate;
  readonly stores: readonly Named<StorePlugin>[];
  readonly installations: readonly Named<InstallationPlugin>[];
  readonly previous?: PreviousCertificate;
  /** Thumbprints of other certificates that the stores have still to drop. */
  readonly superseded?: readonly string[];
}

/** What deploying needs. */
export interface DeployServices {
  readonly certificates: CertificateTools;
  readonly cache: CertificateCache;
  readonly pfxProtection: PfxProtection;
  /** A new random password for a temporary PFX. */
  readonly createPassword: () => string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Asks every store whether it can work here, before a certificate is ordered.
 * @throws WacsError of the first store that cannot.
 */
export async function checkStores(stores: DeployRequest['stores']): Promise<void> {
  for (const { name, plugin } of stores) {
    try {
      await plugin.check?.();
    } catch (error) {
      const failure = toWacsError(error, 'StoreError');
      throw restate(failure, `store ${name}: ${failure.message}`);
    }
  }
}

/**
 * Saves the certificate in every store, then runs the installation steps in order. All stores are tried; an
 * installation step runs only when everything before it has succeeded. Last, the stores drop what it replaces.
 * @returns thumbprints of replaced certificates that a store could not drop, which is told and is no failure
 * @throws WacsError StoreError, InstallationError, ScriptFailed; ConfigurationError for options that cannot be read.
 */
export async function deployCertificate(request: DeployRequest, services: DeployServices): Promise<readonly string[]> {
  const stores = await saveAll(request, services);
  for (const { name, plugin } of request.installations) {
    services.signal.throwIfAborted();
    if (name !== 'none') services.log.info(`installing by ${name}`);
    await install(plugin, contextOf(request, stores, services), name);
  }
  return retireAll(request, services);
}

async function saveAll(request: DeployRequest, services: DeployServices): Promise<readonly StoreResult[]> {
  const results: StoreResult[] = [];
  const failures: WacsError[] = [];
  for (const { name, plugin } of request.stores) {
    try {
      const result = await plugin.save(request.certificate);
      services.log.info(`stored by ${name}: ${result.items.join(', ')}`);
      results.push(result);
    } catch (error) {
      failures.push(withCode(error, 'StoreError', `store ${name}`));
    }
  }
  if (failures.length > 0) throw combineFailures(failures, failures.map(({ message }) => message).join('; '));
  return results;
}

async function retireAll(request: DeployRequest, { log }: DeployServices): Promise<readonly string[]> {
  const { certificate, previous, superseded = [] } = request;
  const replaced = new Set([...(previous === undefined ? [] : [previous.thumbprint]), ...superseded]);
  replaced.delete(certificate.info.thumbprint);
  const kept: string[] = [];
  for (const thumbprint of replaced) {
    for (const { name, plugin } of request.stores) {
      try {
        await plugin.retire?.(thumbprint);
      } catch (error) {
        kept.push(thumbprint);
        log.warning(`store ${name}: the replaced certificate ${thumbprint} stays: ${toWacsError(error).message}`);
      }
    }
  }
  return [...new Set(kept)];
}

async function install(plugin: InstallationPlugin, context: InstallationContext, name: string): Promise<void> {
  try {
    await plugin.install(context);
  } catch (error) {
    throw withCode(error, 'InstallationError', `installation ${name}`);
  }
}

function contextOf(
  request: DeployRequest,
  stores: readonly StoreResult[],
  services: DeployServices,
): InstallationContext {
  const { renewalId, fileId, certificate, previous } = request;
  return {
    renewalId,
    certificate,
    stores,
    ...(previous === undefined ? {} : { previous }),
    withCachedPfx: async (work) => {
      const password = services.createPassword();
      const pfx = await services.certificates.createPfx({ certificate, password, protection: services.pfxProtection });
      return services.cache.withPfx(fileId, pfx, (path) => work({ path, password }));
    },
  };
}

/** Files a plugin could not write are the plugin's failure to the outside; the reason stays in message and cause. */
function withCode(error: unknown, code: ErrorCode, prefix: string): WacsError {
  const failure = toWacsError(error, code);
  const keep = [
    'StoreError',
    'InstallationError',
    'ScriptFailed',
    'ConfigurationError',
    'Interrupted',
    'UnsupportedPlatform',
  ].includes(failure.code);
  return restate(failure, `${prefix}: ${failure.message}`, keep ? failure.code : code);
}
