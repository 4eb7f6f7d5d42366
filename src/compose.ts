import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { CheckSources } from './cli/check/check-sources.ts';
import { unlockedCommands } from './cli/command.ts';
import type { ParsedArguments } from './cli/parse.ts';
import type { OpenRun, RunContext, TaskWish } from './cli/run-context.ts';
import { timeLimitSeconds } from './cli/time-limit.ts';
import { version } from './cli/version.ts';
import type { CertificateAuthority } from './core/acme.ts';
import { repetitionFor } from './core/cadence.ts';
import type { CheckedTask } from './core/check-report.ts';
import { type ErrorCode, restate, toWacsError, WacsError } from './core/errors.ts';
import type { SystemEvent } from './core/event-log.ts';
import type { PluginServices } from './core/plugin.ts';
import type { PollPolicy, RetryPolicy } from './core/policies.ts';
import type { Clock, FileStore, HttpChallengeServer, HttpClient, Log, ProcessRunner } from './core/ports.ts';
import type { ExecutableGuard, ProgramInstaller } from './core/program.ts';
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
import { defaultStateFolder, programFolder } from './platform/paths.ts';
import { startRunLimit } from './platform/run-limit.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { createPlanResolver } from './plugins/resolve-plan.ts';
import { createAccountStore } from './storage/account-store.ts';
import { createCertificateCache } from './storage/certificate-cache.ts';
import { createHealthStore } from './storage/health-store.ts';
import { createOrderStore } from './storage/order-store.ts';
import { createRenewalStore } from './storage/renewal-store.ts';
import { createSecretProtection, type SecretProtection } from './storage/secrets.ts';
import { defaultSettings, readSettings, type Settings } from './storage/settings.ts';
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
  /** Seconds after which the run ends by itself. */
  readonly limitSeconds: number;
}

/** What the scheduled task is read and written with. */
type SchedulerParts = Pick<Foundation, 'args' | 'settings' | 'baseUri' | 'paths' | 'files' | 'log' | 'signal'>;

/** How long a check waits for Task Scheduler. */
const taskCheckLimitMs = 5_000;
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
  const limitSeconds = timeLimitSeconds(args, secondsOf(settings.ScheduledTask.ExecutionTimeLimit));
  const limit = startRunLimit({ seconds: limitSeconds, interruption: parts.signal, onLimit: log.warning });
  const foundation: Foundation = {
    ...parts,
    signal: limit.signal,
    limitSeconds,
    args,
    clock: systemClock,
    files,
    secrets,
    settings,
    baseUri,
    paths,
    log,
  };
  const lock = unlockedCommands.has(args.command) ? undefined : await takeLock(foundation);
  const wired = wire(foundation);
  return {
    context: wired.context,
    overdue: limit.overdue,
    writeStatus: (report) => writeStatusFile(paths.status, files, report),
    health: createOpenHealthStore(paths.health, files, { ...protections, log }),
    async close() {
      limit.stop();
      await wired.close();
      closeLog();
      await lock?.release();
    },
  };
}

/** Without the permission for users, only administrators can use `--check`: no reason to fail a run. */
function createOpenHealthStore(
  path: string,
  files: FileStore,
  options: { allow?: (folder: string) => void; log: Log },
) {
  return createHealthStore({
    path,
    files,
    allowReading(folder) {
      try {
        options.allow?.(folder);
      } catch (error) {
        options.log.verbose(`--check will need an administrator: ${toWacsError(error).message}`);
      }
    },
  });
}

async function loadWindowsProtections() {
  const [acl, dpapi] = await Promise.all([import('./platform/win32/acl.ts'), import('./platform/win32/dpapi.ts')]);
  return {
    restrictToAdministrators: acl.restrictToAdministrators,
    allow: acl.allowUsersToRead,
    protect: dpapi.protect,
    unprotect: dpapi.unprotect,
  };
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

/** The wait for another run is part of the run's own limit, and an interruption ends it. */
async function takeLock({ paths, args, log, signal, limitSeconds }: Foundation): Promise<{ release(): Promise<void> }> {
  const [{ acquireInstanceLock }, { instanceName }] = await Promise.all([
    import('./platform/instance-lock.ts'),
    import('./platform/lock-endpoint.ts'),
  ]);
  const waitMs = Math.min(args.values.integer('waitforlock') ?? 300, limitSeconds) * 1000;
  const lock = acquireInstanceLock({
    name: instanceName(paths.root),
    waitMs,
    describe: args.commandLine,
    onWaiting: (holder) =>
      log.info(
        `waiting for ${holder === undefined ? 'another run' : `process ${holder.pid} (${holder.command})`}, at most ${waitMs / 1000} s`,
      ),
  });
  return Promise.race([lock, rejectionOf(signal)]);
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
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
    taskDefinition: (wish) => wishedTask(foundation, wish),
    hasTaskScheduler: onWindows,
    guard: wireGuard,
    installer: () => wireInstaller(foundation),
    programFolder: programFolder(),
    lastRun: async () =>
      (await createHealthStore({ path: foundation.paths.health, files: foundation.files }).read())?.lastRun,
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
  const { baseUri, clock, settings, log, signal, limitSeconds, files, paths, secrets } = foundation;
  const http = lazy(() => openHttp(foundation));
  const client: HttpClient = { request: async (request) => (await http.get()).request(request) };
  const transport = lazy(async () => {
    await waitForNetworkIfAsked(foundation, client);
    const { AcmeTransport } = await import('./acme/transport.ts');
    return new AcmeTransport(baseUri, {
      http: client,
      clock,
      random: systemRandom,
      log,
      signal,
      retry: shortened(retryPolicy(settings), limitSeconds),
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
      poll: shortenedPoll(pollPolicy(settings), limitSeconds),
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
  const { waitForNetwork } = await import('./acme/wait-for-network.ts');
  await waitForNetwork(baseUri, seconds * 1000, { http, clock, log, signal });
}

async function openHttp({ args, files, log }: Foundation) {
  const { createHttpClient } = await import('./platform/http.ts');
  const userAgent = `wacs/${version} (${process.platform}; ${process.arch}) node/${process.versions.node}`;
  const file = args.values.text('cafile');
  if (file === undefined) return createHttpClient({ userAgent, log });
  const pem = await files.readText(resolve(file));
  if (pem !== undefined) return createHttpClient({ userAgent, log, caPem: [pem] });
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
    processes: lazyProcesses(signal, 'ScriptFailed'),
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

/**
 * Every program ends with the run: an interruption or the run's limit kills it and its children.
 * @param codeAtLimit what it means that the limit of the run was reached while the program ran
 */
function lazyProcesses(signal: AbortSignal, codeAtLimit: ErrorCode): ProcessRunner {
  const runner = lazy(async () => (await import('./platform/process.ts')).createProcessRunner());
  return {
    async run(request) {
      try {
        return await (await runner.get()).run({ signal, ...request });
      } catch (error) {
        const atLimit = error === signal.reason && error instanceof WacsError && error.code === 'AcmeTimeout';
        throw atLimit ? restate(error, `${request.file} was ended: ${error.message}`, codeAtLimit) : error;
      }
    },
  };
}

async function wireScheduler({ files, log, paths, settings, signal }: SchedulerParts): Promise<TaskScheduler> {
  if (!onWindows) return (await import('./scheduler/unsupported-task-scheduler.ts')).createUnsupportedTaskScheduler();
  const [{ createWindowsTaskScheduler }, { decodeConsoleBytes }] = await Promise.all([
    import('./scheduler/windows-task-scheduler.ts'),
    import('./platform/win32/code-page.ts'),
  ]);
  return createWindowsTaskScheduler({
    processes: lazyProcesses(signal, 'TaskSchedulerTimeout'),
    files,
    clock: systemClock,
    log,
    signal,
    timeoutMs: settings.ScheduledTask.CommandTimeout * 1000,
    executable: process.execPath,
    systemRoot,
    temporaryFolder: join(paths.root, 'temp'),
    decodeConsole: (bytes) => decodeConsoleBytes(bytes),
  });
}

async function wishedTask(parts: SchedulerParts, wish: TaskWish = {}): Promise<TaskDefinition> {
  const { args, settings, baseUri, paths } = parts;
  const { createTaskDefinition } = await import('./scheduler/task-definition.ts');
  const { StartBoundary, RandomDelay, ExecutionTimeLimit } = settings.ScheduledTask;
  return createTaskDefinition({
    baseUri,
    executable: wish.executable ?? process.execPath,
    repetitionSeconds: await wishedRepetition(parts),
    startTime: StartBoundary.padStart(8, '0'),
    randomDelaySeconds: secondsOf(RandomDelay),
    executionTimeLimitSeconds: secondsOf(ExecutionTimeLimit),
    ...(args.given.includes('configpath') ? { configPath: paths.root } : {}),
  });
}

/** Without the rights to read the renewals the task cannot be registered either, and that failure tells more. */
async function wishedRepetition({ paths, files }: SchedulerParts): Promise<number | undefined> {
  try {
    return repetitionFor(await createRenewalStore(paths.authority, files).list());
  } catch (error) {
    if (toWacsError(error).code === 'AccessDenied') return undefined;
    throw error;
  }
}

/** Elsewhere than on Windows there is no task that a program could be unsafe for. */
async function wireGuard(): Promise<ExecutableGuard> {
  if (!onWindows) return { inspect: async () => [], inspectPlace: async () => [] };
  return (await import('./platform/win32/system-guard.ts')).createSystemGuard();
}

async function wireInstaller({ files }: Foundation): Promise<ProgramInstaller> {
  if (!onWindows) {
    throw new WacsError('UnsupportedPlatform', '--installto needs Windows', {
      hint: 'copy the program by hand, and run it once a day with cron or a systemd timer',
    });
  }
  const [{ createProgramInstaller }, { allowUsersToRun }] = await Promise.all([
    import('./platform/program-installer.ts'),
    import('./platform/win32/acl.ts'),
  ]);
  return createProgramInstaller({ files, source: process.execPath, protect: allowUsersToRun });
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

/** Where a check gets its facts: nothing is locked, written or asked of the network. @throws WacsError ConfigurationError. */
export async function openCheck(
  args: ParsedArguments,
  parts: Pick<ProcessParts, 'redactor' | 'signal'>,
): Promise<CheckSources> {
  const root = resolve(args.values.text('configpath') ?? defaultStateFolder());
  const files = createFileStore();
  const settings = await readSettings(join(root, 'settings.json'), files).catch((error) => {
    if (toWacsError(error).code === 'AccessDenied') return defaultSettings();
    throw error;
  });
  const baseUri = baseUriOf(args, settings);
  const paths = statePaths(root, baseUri);
  return {
    baseUri,
    policy: duePolicy(settings),
    renewals: createRenewalStore(paths.authority, files),
    health: createHealthStore({ path: paths.health, files }),
    task: () =>
      checkTaskQuickly({ args, settings, baseUri, paths, files, log: silentLog(parts.redactor), signal: parts.signal }),
  };
}

function silentLog(redactor: Redactor): Log {
  return createLog({ sinks: [], redactor, clock: systemClock });
}

/** A refusal is an answer too, and so is "no such task" to somebody who may not see the task. */
async function checkTaskQuickly(parts: SchedulerParts): Promise<CheckedTask> {
  const { taskName } = await import('./scheduler/task-definition.ts');
  const name = taskName(parts.baseUri);
  if (!onWindows) return { name, state: 'unsupported', problems: [] };
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(taskCheckLimitMs)]);
  try {
    const [{ isElevated }, definition] = await Promise.all([import('./platform/win32/token.ts'), wishedTask(parts)]);
    const scheduler = await wireScheduler({ ...parts, signal });
    const { state, problems } = await Promise.race([scheduler.check(definition), rejectionOf(signal)]);
    return { name, state: state === 'missing' && !isElevated() ? 'unknown' : state, problems };
  } catch (error) {
    return { name, state: 'unknown', problems: [toWacsError(error).message] };
  }
}

/** Writes what a check shows to a file that programs of others read. @throws WacsError AccessDenied, StorageError. */
export async function writeOutput(path: string, text: string): Promise<void> {
  await createFileStore().writeAtomic(resolve(path), text);
}

/** Writes to the Windows event log; what goes wrong is told to `warn` and changes nothing else. */
export async function writeEvents(events: readonly SystemEvent[], warn: (message: string) => void): Promise<void> {
  try {
    const { createEventLog } = await import('./platform/win32/event-log.ts');
    createEventLog((error) => warn(toWacsError(error).message)).write(events);
  } catch (error) {
    warn(toWacsError(error).message);
  }
}
