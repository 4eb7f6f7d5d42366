import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { ParsedArguments } from './cli/parse.ts';
import type { OpenRun, RunContext } from './cli/run-context.ts';
import { version } from './cli/version.ts';
import type { CertificateAuthority } from './core/acme.ts';
import type { PluginServices } from './core/plugin.ts';
import type { Clock, FileStore, HttpChallengeServer, HttpClient, Log, ProcessRunner } from './core/ports.ts';
import type { RenewServices } from './core/renew.ts';
import type { TaskDefinition, TaskScheduler } from './core/task.ts';
import { createCertificateTools } from './crypto/certificate-tools.ts';
import { createConsoleSink } from './log/console-sink.ts';
import { createFileSink, type FileSink } from './log/file-sink.ts';
import { createLog } from './log/log.ts';
import type { Redactor } from './log/redact.ts';
import { systemClock, systemRandom } from './platform/clock.ts';
import type { Console } from './platform/console.ts';
import { createFileStore } from './platform/files.ts';
import { defaultStateFolder } from './platform/paths.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { createPlanResolver } from './plugins/resolve-plan.ts';
import { createAccountStore } from './storage/account-store.ts';
import { createCertificateCache } from './storage/certificate-cache.ts';
import { createOrderStore } from './storage/order-store.ts';
import { createRenewalStore } from './storage/renewal-store.ts';
import { createSecretProtection, type SecretProtection } from './storage/secrets.ts';
import { readSettings, type Settings } from './storage/settings.ts';
import { duePolicy, pluginDefaults, pollPolicy, retryPolicy, secondsOf } from './storage/settings-values.ts';
import { type StatePaths, statePaths } from './storage/state-paths.ts';
import { writeStatusFile } from './storage/status-store.ts';

/** What only the running process can give. */
export interface ProcessParts {
  readonly console: Console;
  readonly redactor: Redactor;
  /** Aborted with a WacsError Interrupted by Ctrl+C and its kin. */
  readonly signal: AbortSignal;
}

/** The parts every wiring step below starts from. */
interface Foundation extends ProcessParts {
  readonly args: ParsedArguments;
  readonly clock: Clock;
  readonly files: FileStore;
  readonly secrets: SecretProtection;
  readonly settings: Settings;
  readonly baseUri: string;
  readonly paths: StatePaths;
  readonly log: Log;
}

const onWindows = process.platform === 'win32';
const systemRoot = process.env.SystemRoot ?? 'C:\\Windows';

/**
 * Opens a run: state folder, settings, log, lock, and everything a command works with. What is heavy (HTTP, signing,
 * child processes) is loaded on first use.
 * @throws WacsError ConfigurationError, AccessDenied, StorageError, AlreadyRunning.
 */
export async function openRun(args: ParsedArguments, parts: ProcessParts): Promise<OpenRun> {
  const root = resolve(args.values.text('configpath') ?? defaultStateFolder());
  const protections = onWindows ? await loadWindowsProtections() : undefined;
  const files = createFileStore(
    protections === undefined ? {} : { protectFolder: protections.restrictToAdministrators },
  );
  const settings = await readSettings(join(root, 'settings.json'), files);
  const baseUri = baseUriOf(args, settings);
  const paths = statePaths(root, baseUri);
  const { log, close: closeLog } = openLog(paths, args, {
    ...parts,
    protectFolder: protections?.restrictToAdministrators,
  });
  const secrets = createSecretProtection(protections);
  const foundation: Foundation = { ...parts, args, clock: systemClock, files, secrets, settings, baseUri, paths, log };
  const lock = args.command === 'list' ? undefined : await takeLock(foundation);
  const wired = wire(foundation);
  return {
    context: wired.context,
    writeStatus: (report) => writeStatusFile(paths.status, files, report),
    async close() {
      await wired.close();
      closeLog();
      await lock?.release();
    },
  };
}

async function loadWindowsProtections() {
  const [acl, dpapi] = await Promise.all([import('./platform/win32/acl.ts'), import('./platform/win32/dpapi.ts')]);
  return { restrictToAdministrators: acl.restrictToAdministrators, protect: dpapi.protect, unprotect: dpapi.unprotect };
}

function baseUriOf({ values, given }: ParsedArguments, { Acme }: Settings): string {
  if (given.includes('baseuri')) return values.text('baseuri') ?? Acme.DefaultBaseUri;
  return values.flag('test') ? Acme.DefaultBaseUriTest : Acme.DefaultBaseUri;
}

function openLog(
  paths: StatePaths,
  args: ParsedArguments,
  { console, redactor, protectFolder }: ProcessParts & { protectFolder: ((path: string) => void) | undefined },
): { log: Log; close: () => void } {
  const options = { verbose: args.values.flag('verbose'), json: args.values.flag('json') };
  const consoleSink = createConsoleSink({ console, ...options });
  const fileSink: FileSink = createFileSink({
    folder: paths.log,
    ...(protectFolder === undefined ? {} : { protectFolder }),
    onFailure: (message) => console.err(`warning: ${message}\n`),
  });
  const log = createLog({ sinks: [consoleSink, fileSink], redactor, clock: systemClock });
  return { log, close: () => fileSink.close() };
}

async function takeLock({ paths, args, log }: Foundation): Promise<{ release(): Promise<void> }> {
  const [{ acquireInstanceLock }, { instanceName }] = await Promise.all([
    import('./platform/instance-lock.ts'),
    import('./platform/lock-endpoint.ts'),
  ]);
  const waitMs = (args.values.integer('waitforlock') ?? 300) * 1000;
  return acquireInstanceLock({
    name: instanceName(paths.root),
    waitMs,
    describe: args.commandLine,
    onWaiting: (holder) =>
      log.info(
        `waiting for ${holder === undefined ? 'another run' : `process ${holder.pid} (${holder.command})`}, at most ${waitMs / 1000} s`,
      ),
  });
}

function wire(foundation: Foundation): { context: RunContext; close(): Promise<void> } {
  const { args, settings, secrets, log, clock, baseUri } = foundation;
  const acme = wireAcme(foundation);
  const context: RunContext = {
    baseUri,
    values: args.values,
    given: args.given,
    registry: pluginRegistry,
    services: wireServices(foundation, acme),
    policy: duePolicy(settings),
    maxConcurrency: settings.Execution.MaxConcurrency,
    defaultProfile: settings.Acme.CertificateProfile ?? undefined,
    defaultPreferredIssuer: settings.Acme.PreferredIssuer ?? undefined,
    protectSecret: (plain) => secrets.protect(plain),
    sameSecret: (left, right) => secrets.isSame(left, right),
    authority: acme.authority,
    tasks: () => wireScheduler(foundation),
    taskDefinition: () => wishedTask(foundation),
    createId: () => randomBytes(16).toString('base64url'),
    clock,
    log,
    print: (text) => foundation.console.out(text),
  };
  return { context, close: acme.close };
}

interface AcmeParts {
  readonly authority: () => Promise<CertificateAuthority>;
  readonly renewalInfo: RenewServices['renewalInfo'];
  close(): Promise<void>;
}

function wireAcme(foundation: Foundation): AcmeParts {
  const { baseUri, clock, settings, log, signal, files, paths, secrets } = foundation;
  const http = lazy(() => openHttp(foundation));
  const client: HttpClient = { request: async (request) => (await http.get()).request(request) };
  const transport = lazy(async () => {
    const { AcmeTransport } = await import('./acme/transport.ts');
    return new AcmeTransport(baseUri, {
      http: client,
      clock,
      random: systemRandom,
      log,
      signal,
      retry: retryPolicy(settings),
    });
  });
  const authority = lazy(async () => {
    const { createCertificateAuthority } = await import('./acme/authority.ts');
    return createCertificateAuthority({
      transport: await transport.get(),
      accounts: createAccountStore(paths.account, files, secrets),
      createAccountKey: () => createCertificateTools().createPrivateKey({ type: 'ec', curve: 'P-256' }),
      clock,
      log,
      signal,
      poll: pollPolicy(settings),
      issuerOf: (pem) => createCertificateTools().readCertificate(pem).issuerCommonName,
    });
  });
  const renewalInfo = lazy(async () => {
    const { createRenewalInfoSource } = await import('./acme/renewal-info.ts');
    return createRenewalInfoSource(await transport.get(), clock);
  });
  return {
    authority: authority.get,
    renewalInfo: { getRenewalInfo: async (certificateId) => (await renewalInfo.get()).getRenewalInfo(certificateId) },
    close: async () => (await http.loaded())?.close(),
  };
}

async function openHttp({ args, files, log }: Foundation) {
  const { createHttpClient } = await import('./platform/http.ts');
  const userAgent = `wacs/${version} (${process.platform}; ${process.arch}) node/${process.versions.node}`;
  const file = args.values.text('cafile');
  if (file === undefined) return createHttpClient({ userAgent, log });
  const pem = await files.readText(resolve(file));
  if (pem !== undefined) return createHttpClient({ userAgent, log, caPem: [pem] });
  const { WacsError } = await import('./core/errors.ts');
  throw new WacsError('ConfigurationError', `the file given by --cafile does not exist: ${file}`, {
    hint: 'Give a PEM file with root certificates.',
  });
}

function wireServices(foundation: Foundation, acme: AcmeParts): RenewServices {
  const { files, secrets, paths, clock, log, signal, settings, redactor } = foundation;
  const certificates = createCertificateTools();
  const plugins = wirePlugins(foundation);
  return {
    plans: createPlanResolver(pluginRegistry, plugins),
    authority: acme.authority,
    certificates,
    renewalInfo: acme.renewalInfo,
    renewals: createRenewalStore(paths.authority, files),
    orders: createOrderStore(paths.orders, files, { secrets, log }),
    cache: createCertificateCache(paths.certificates, { files, secrets, certificates }),
    pfxProtection: pluginDefaults(settings).pfxProtection,
    createPassword() {
      const password = randomBytes(24).toString('base64url');
      redactor.add(password);
      return password;
    },
    clock,
    random: systemRandom,
    log,
    signal,
  };
}

function wirePlugins({ files, clock, log, secrets, redactor, settings, signal }: Foundation): PluginServices {
  const server = lazy(async () => (await import('./platform/http-challenge-server.ts')).createHttpChallengeServer(log));
  const httpChallenges: HttpChallengeServer = {
    publish: async (port, token, keyAuthorization) => (await server.get()).publish(port, token, keyAuthorization),
    withdraw: async (port, token) => (await server.get()).withdraw(port, token),
  };
  return {
    files,
    processes: lazyProcesses(signal),
    clock,
    log,
    certificates: createCertificateTools(),
    httpChallenges,
    defaults: pluginDefaults(settings),
    platform: onWindows ? 'win32' : 'posix',
    systemRoot: onWindows ? systemRoot : undefined,
    revealSecret(stored) {
      const secret = secrets.reveal(stored);
      redactor.add(secret);
      return secret;
    },
  };
}

/** Every program ends with the run: an interruption kills it and its children. */
function lazyProcesses(signal: AbortSignal): ProcessRunner {
  const runner = lazy(async () => (await import('./platform/process.ts')).createProcessRunner());
  return { run: async (request) => (await runner.get()).run({ signal, ...request }) };
}

async function wireScheduler({ files, log, paths, signal }: Foundation): Promise<TaskScheduler> {
  if (!onWindows) return (await import('./scheduler/unsupported-task-scheduler.ts')).createUnsupportedTaskScheduler();
  const [{ createWindowsTaskScheduler }, { decodeConsoleBytes }] = await Promise.all([
    import('./scheduler/windows-task-scheduler.ts'),
    import('./platform/win32/code-page.ts'),
  ]);
  return createWindowsTaskScheduler({
    processes: lazyProcesses(signal),
    files,
    log,
    systemRoot,
    temporaryFolder: join(paths.root, 'temp'),
    decodeConsole: (bytes) => decodeConsoleBytes(bytes),
  });
}

async function wishedTask({ args, settings, baseUri, paths }: Foundation): Promise<TaskDefinition> {
  const { createTaskDefinition } = await import('./scheduler/task-definition.ts');
  const { StartBoundary, RandomDelay, ExecutionTimeLimit } = settings.ScheduledTask;
  return createTaskDefinition({
    baseUri,
    executable: process.execPath,
    startTime: StartBoundary.padStart(8, '0'),
    randomDelaySeconds: secondsOf(RandomDelay),
    executionTimeLimitSeconds: secondsOf(ExecutionTimeLimit),
    ...(args.given.includes('configpath') ? { configPath: paths.root } : {}),
  });
}

interface Lazy<Value> {
  readonly get: () => Promise<Value>;
  /** The value if anybody has asked for it. */
  readonly loaded: () => Promise<Value | undefined>;
}

function lazy<Value>(load: () => Promise<Value>): Lazy<Value> {
  let value: Promise<Value> | undefined;
  return {
    get: () => {
      value ??= load();
      return value;
    },
    loaded: async () => value?.catch(() => undefined),
  };
}
