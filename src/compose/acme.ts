import { resolve } from 'node:path';
import { version } from '../cli/version.ts';
import type { AccountAdministration, CertificateAuthority } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';
import type { PollPolicy, RetryPolicy } from '../core/policies.ts';
import type { FileStore, HttpClient } from '../core/ports.ts';
import type { RenewServices } from '../core/renew-services.ts';
import { createCertificateTools } from '../crypto/certificate-tools.ts';
import { systemRandom } from '../platform/clock.ts';
import { pollPolicy, retryPolicy } from '../storage/settings-values.ts';
import { readAccountKeyFile, wireAccounts } from './accounts.ts';
import { type Foundation, onWindows } from './foundation.ts';
import { lazy, lazyByName } from './lazy.ts';

/** The CA as a run uses it. */
export interface AcmeParts {
  /** With one of the accounts at it; without a name, the usual one. */
  readonly authority: (account?: string) => Promise<CertificateAuthority>;
  readonly accounts: (name?: string) => Promise<AccountAdministration>;
  readonly readAccountKey: (path: string) => Promise<string>;
  readonly renewalInfo: RenewServices['renewalInfo'];
  /** The same client for others than the CA. */
  readonly http: HttpClient;
  close(): Promise<void>;
}

/** Wires the CA: HTTP, transport, accounts and orders, each loaded when it is needed. */
export function wireAcme(foundation: Foundation): AcmeParts {
  const { baseUri, clock, settings, log, signal, limitSeconds } = foundation;
  const http = lazy(() => openHttp(foundation));
  const client: HttpClient = { request: async (request) => (await http.get()).request(request) };
  const transport = lazy(async () => {
    await waitForNetworkIfAsked(foundation, client);
    const { AcmeTransport } = await import('../acme/transport.ts');
    return new AcmeTransport(baseUri, {
      http: client,
      clock,
      random: systemRandom,
      log,
      signal,
      retry: shortened(retryPolicy(settings), limitSeconds),
    });
  });
  const accounts = wireAccounts(foundation, transport.get);
  const authority = lazyByName(async (name) => {
    const { createCertificateAuthority } = await import('../acme/authority.ts');
    return createCertificateAuthority({
      transport: await transport.get(),
      account: await accounts(name),
      clock,
      log,
      signal,
      poll: shortenedPoll(pollPolicy(settings), limitSeconds),
      issuerOf: (pem) => createCertificateTools().readCertificate(pem).issuerCommonName,
    });
  });
  const renewalInfo = lazy(async () => {
    const { createRenewalInfoSource } = await import('../acme/renewal-info.ts');
    return createRenewalInfoSource(await transport.get(), clock);
  });
  return {
    authority,
    accounts,
    readAccountKey: (path) => readAccountKeyFile(path, foundation),
    http: client,
    renewalInfo: { getRenewalInfo: async (certificateId) => (await renewalInfo.get()).getRenewalInfo(certificateId) },
    close: async () => (await http.loaded())?.close(),
  };
}

/** A wait that the run's own limit would cut short is not begun: its true reason is a better answer. */
function shortened(policy: RetryPolicy, limitSeconds: number): RetryPolicy {
  return { ...policy, longestWaitMs: Math.min(policy.longestWaitMs, limitSeconds * 500) };
}

function shortenedPoll(policy: PollPolicy, limitSeconds: number): PollPolicy {
  return { ...policy, timeoutMs: Math.min(policy.timeoutMs, limitSeconds * 500) };
}

async function waitForNetworkIfAsked(
  { args, baseUri, clock, log, signal }: Foundation,
  http: HttpClient,
): Promise<void> {
  const seconds = args.given.includes('waitfornetwork') ? args.values.integer('waitfornetwork') : undefined;
  if (seconds === undefined) return;
  const { waitForNetwork } = await import('../acme/wait-for-network.ts');
  await waitForNetwork(baseUri, seconds * 1000, { http, clock, log, signal });
}

async function openHttp(foundation: Foundation) {
  const { createHttpClient } = await import('../platform/http.ts');
  const userAgent = `wacs/${version} (${process.platform}; ${process.arch}) node/${process.versions.node}`;
  const [caPem, proxies] = await Promise.all([extraRoots(foundation), openProxies(foundation)]);
  return createHttpClient({ userAgent, log: foundation.log, caPem, proxies });
}

async function openProxies({ settings, secretReader, log }: Foundation) {
  const { createProxyChooser } = await import('../platform/proxies.ts');
  const { Url, UserName, Password } = settings.Proxy;
  const password = Password === null ? undefined : await secretReader.written(Password);
  const system = onWindows ? (await import('../platform/win32/system-proxies.ts')).createSystemProxies(log) : undefined;
  return createProxyChooser(
    {
      url: Url ?? '',
      ...(UserName === null ? {} : { userName: UserName }),
      ...(password === undefined ? {} : { password }),
    },
    { env: process.env, system, log },
  );
}

/** Roots that were given once are remembered for the CA: the scheduled task has to reach it too. */
async function extraRoots({ args, files, paths, log }: Foundation): Promise<readonly string[]> {
  const file = args.values.text('cafile');
  const kept = await files.readText(paths.trustedRoots);
  if (file === undefined) return kept === undefined ? [] : [kept];
  const pem = await readRoots(file, files);
  if (pem === kept) return [pem];
  await files.ensureFolder(paths.authority, { private: true });
  await files.writeAtomic(paths.trustedRoots, pem, { private: true });
  log.verbose(`the roots of ${file} are remembered for this CA`);
  return [pem];
}

async function readRoots(file: string, files: FileStore): Promise<string> {
  const pem = await files.readText(resolve(file));
  if (pem === undefined) {
    throw new WacsError('ConfigurationError', `the file given by --cafile does not exist: ${file}`, {
      hint: 'Give a PEM file with root certificates.',
    });
  }
  const { certificatesIn } = await import('../platform/trusted-roots.ts');
  certificatesIn(pem);
  return pem;
}
