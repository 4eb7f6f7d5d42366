import { randomBytes } from 'node:crypto';
import { readOnlyCommands, unlockedCommands } from './cli/command.ts';
import type { ParsedArguments } from './cli/parse.ts';
import type { OpenRun, RunContext } from './cli/run-context.ts';
import { timeLimitSeconds } from './cli/time-limit.ts';
import { wireAcme } from './compose/acme.ts';
import { type Foundation, onWindows, type ProcessParts } from './compose/foundation.ts';
import { rejectionOf } from './compose/lazy.ts';
import { loadPermissions } from './compose/permissions.ts';
import { wireGuard, wireInstaller, wireScheduler, wishedTask } from './compose/scheduler.ts';
import { createSecretReader } from './compose/secret-reader.ts';
import { cannotEncrypt, placesOf, wireSecrets } from './compose/secrets.ts';
import { wireServices } from './compose/services.ts';
import { logNotes, type OpenSettings, openSettings } from './compose/settings.ts';
import { toWacsError } from './core/errors.ts';
import type { SystemEvent } from './core/event-log.ts';
import type { FileStore, Log } from './core/ports.ts';
import { createConsoleSink } from './log/console-sink.ts';
import { createFileSink, type FileSink } from './log/file-sink.ts';
import { createLog } from './log/log.ts';
import { systemClock } from './platform/clock.ts';
import { createFileStore } from './platform/files.ts';
import { defaultStateFolder, programFolder } from './platform/paths.ts';
import { startRunLimit } from './platform/run-limit.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { createHealthStore } from './storage/health-store.ts';
import { createRenewalStore } from './storage/renewal-store.ts';
import { createSecretProtection } from './storage/secrets.ts';
import { defaultChoices, duePolicy, pluginDefaults, renewalDefaults, secondsOf } from './storage/settings-values.ts';
import { privatePaths, type StatePaths } from './storage/state-paths.ts';
import { writeStatusFile } from './storage/status-store.ts';

export { openCheck, writeOutput } from './compose/check.ts';
export { settingsSchema } from './compose/settings.ts';

/**
 * Opens a run: state folder, settings, log, lock, and everything a command works with. What is heavy (HTTP, signing,
 * child processes) is loaded on first use.
 * @throws WacsError ConfigurationError, AccessDenied, StorageError, AlreadyRunning.
 */
export async function openRun(args: ParsedArguments, parts: ProcessParts): Promise<OpenRun> {
  const protections = onWindows ? await loadWindowsProtections() : undefined;
  const files = createFileStore(
    protections === undefined ? {} : { protectFolder: protections.restrictToAdministrators },
  );
  const opened = await openSettings(args, files);
  const { baseUri, paths, settings, settingsOf, notesOf } = opened;
  const { log, close: closeLog } = openLog(paths, args, {
    ...parts,
    protectFolder: protections?.restrictToAdministrators,
  });
  if (!readOnlyCommands.has(args.command)) await closeState(paths, log);
  logNotes(opened.notes, log);
  if (settings.Security.EncryptConfig === true && !onWindows) log.warning(cannotEncrypt);
  const secrets = createSecretProtection(protections, { encrypt: settings.Security.EncryptConfig ?? true });
  const limitSeconds = timeLimitSeconds(args, secondsOf(settings.ScheduledTask.ExecutionTimeLimit));
  const limit = startRunLimit({ seconds: limitSeconds, interruption: parts.signal, onLimit: log.warning });
  const base = { ...parts, signal: limit.signal, clock: systemClock, files, secrets, settings, paths, log };
  const foundation: Foundation = {
    ...base,
    secretReader: createSecretReader(base),
    limitSeconds,
    args,
    settingsOf,
    baseUri,
    renewals: createRenewalStore(paths.authority, files),
  };
  const lock = unlockedCommands.has(args.command) ? undefined : await takeLock(foundation);
  const wired = wire(foundation, notesOf);
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

/** Permissions that were loosened, by hand or by a restore, are put right before anything else is done. */
async function closeState(paths: StatePaths, log: Log): Promise<void> {
  const [{ closePrivateFolders }, keeper] = await Promise.all([
    import('./platform/private-folders.ts'),
    loadPermissions(),
  ]);
  for (const { message } of closePrivateFolders(privatePaths(paths, defaultStateFolder()), keeper))
    log.warning(message);
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

function wire(
  foundation: Foundation,
  notesOf: OpenSettings['notesOf'],
): { context: RunContext; close(): Promise<void> } {
  const { args, settings, settingsOf, secrets, log, clock, baseUri } = foundation;
  const acme = wireAcme(foundation);
  const { services, servicesOf } = wireServices(foundation, acme);
  const context: RunContext = {
    baseUri,
    values: args.values,
    given: args.given,
    registry: pluginRegistry,
    services,
    policyOf: (renewal) => duePolicy(settingsOf(renewal)),
    maxConcurrency: settings.Execution.MaxConcurrency,
    scopeOf(renewal) {
      logNotes(notesOf(renewal), log);
      return { services: servicesOf(renewal), ...renewalDefaults(settingsOf(renewal)) };
    },
    pluginDefaults: pluginDefaults(settings),
    defaultChoices: defaultChoices(settings),
    ...wireSecrets(foundation),
    places: placesOf(foundation),
    sameSecret: (left, right) => secrets.isSame(left, right),
    accounts: acme.accounts,
    readAccountKey: acme.readAccountKey,
    tasks: () => wireScheduler(foundation),
    taskDefinition: (wish) => wishedTask(foundation, wish),
    hasTaskScheduler: onWindows,
    guard: wireGuard,
    installer: () => wireInstaller(foundation),
    programFolder: programFolder(),
    lastRun: async () =>
      (await createHealthStore({ path: foundation.paths.health, files: foundation.files }).read())?.lastRun,
    selfTestItems: async () => (await import('./compose/self-test.ts')).selfTestItems(foundation, acme),
    createId: () => randomBytes(16).toString('base64url'),
    clock,
    log,
    print: (text) => foundation.console.out(text),
  };
  return { context, close: acme.close };
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
