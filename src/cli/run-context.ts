import type { AccountAdministration } from '../core/acme.ts';
import type { LastRun } from '../core/check-report.ts';
import type { DuePolicy, PolicyOf } from '../core/due-date.ts';
import type { WacsError } from '../core/errors.ts';
import type { SystemEvent } from '../core/event-log.ts';
import type { HealthStore } from '../core/health-record.ts';
import type { Json } from '../core/json.ts';
import type { DefaultChoice, OptionValues, PluginDefaults, PluginRegistry, ProtectSecret } from '../core/plugin.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { ExecutableGuard, ProgramInstaller } from '../core/program.ts';
import type { RenewalOutcome, RenewServices } from '../core/renew-services.ts';
import type { Renewal } from '../core/renewal.ts';
import type { ReportedAccount, ReportedTask } from '../core/report.ts';
import type { Reprotection } from '../core/reprotection.ts';
import type { SelfTestItem } from '../core/self-test.ts';
import type { TaskDefinition, TaskScheduler } from '../core/task.ts';
import type { Outcome } from '../exit-codes.ts';
import type { CheckAccess } from './check/check-sources.ts';
import type { ParsedArguments } from './parse.ts';

/** What a command works with; everything heavy is behind a function and loaded on first use. */
export interface RunContext {
  readonly baseUri: string;
  readonly values: OptionValues;
  readonly given: readonly string[];
  readonly registry: PluginRegistry;
  readonly services: RenewServices;
  readonly policyOf: PolicyOf;
  readonly maxConcurrency: number;
  /** What a renewal is made with, its own settings counted in; tells about these once. */
  readonly scopeOf: (renewal: Renewal) => RenewalScope;
  /** What settings say for plugins of new renewals. */
  readonly pluginDefaults: PluginDefaults;
  /** Plugins to take where the command line names none, by the option that would. */
  readonly defaultChoices: Readonly<Record<string, DefaultChoice>>;
  readonly protectSecret: ProtectSecret;
  /** A stored secret, or the one a stored reference leads to. @throws WacsError ConfigurationError, ScriptFailed. */
  readonly revealSecret: (stored: string) => Promise<string>;
  /** A secret as the command line gave it: itself, or the one it refers to. @throws as `revealSecret`. */
  readonly revealGiven: (given: string) => Promise<string>;
  /** The vault that can be written to. */
  readonly vault: () => Promise<WritableVault>;
  /** The first line of standard input, which no output shows from then on. @throws WacsError InputRequired, UsageError. */
  readonly readSecretLine: () => Promise<string>;
  /** Brings all stored secrets into the form that settings ask for. @throws WacsError UnsupportedPlatform. */
  readonly reprotect: () => Promise<Reprotection>;
  /** Where everything is, by the names `--config` shows. */
  readonly places: Readonly<Record<string, string>>;
  /** True for two protected secrets that say the same. */
  readonly sameSecret: (left: Json | undefined, right: Json | undefined) => boolean;
  /** Work on one of the accounts at the CA; without a name, on the usual one. */
  readonly accounts: (name?: string) => Promise<AccountAdministration>;
  /** The account key in a PEM file, PKCS#8 PEM. @throws WacsError ConfigurationError. Secret. */
  readonly readAccountKey: (path: string) => Promise<string>;
  readonly tasks: () => Promise<TaskScheduler>;
  /** The task as it should be; its cadence follows the shortest lifetime of the CA's certificates. */
  readonly taskDefinition: (wish?: TaskWish) => Promise<TaskDefinition>;
  /** False where the system has no Task Scheduler. */
  readonly hasTaskScheduler: boolean;
  readonly guard: () => Promise<ExecutableGuard>;
  readonly installer: () => Promise<ProgramInstaller>;
  /** Folder that `--installto` takes when it is given none. */
  readonly programFolder: string;
  /** The last run over all renewals of the CA, as the program itself recorded it. */
  readonly lastRun: () => Promise<LastRun | undefined>;
  /** What `--selftest` tries. */
  readonly selfTestItems: () => Promise<readonly SelfTestItem[]>;
  /** A new id for a renewal. */
  readonly createId: () => string;
  readonly clock: Clock;
  readonly log: Log;
  /** Writes text for people to standard output. */
  readonly print: (text: string) => void;
}

/** Secrets under keys, in one file. */
export interface WritableVault {
  readonly path: string;
  /** True when there was a secret under the key, which is replaced. */
  store(key: string, secret: string): Promise<boolean>;
  /** False when there was none. */
  remove(key: string): Promise<boolean>;
}

/** What the settings say for one renewal. */
export interface RenewalScope {
  readonly services: RenewServices;
  readonly policy: DuePolicy;
  readonly profile?: string;
  readonly preferredIssuer?: string;
}

/** What a command decides of the scheduled task. */
export interface TaskWish {
  /** Absolute path; the running program unless told. */
  readonly executable?: string;
}

/** What a command has done. */
export interface CommandResult {
  readonly outcome: Outcome;
  readonly renewals: readonly RenewalOutcome[];
  readonly error?: WacsError;
  readonly account?: ReportedAccount;
  readonly task?: ReportedTask;
  /** What a listing shows to programs, in place of text. */
  readonly listing?: object;
}

/** One command. @throws WacsError for a failure that belongs to no renewal. */
export type CommandHandler = (context: RunContext) => Promise<CommandResult>;

/** An opened run: state folder, settings, log and lock. */
export interface OpenRun {
  readonly context: RunContext;
  /** Rejects when the run goes on although it has reached its time limit and was told to end. */
  readonly overdue: Promise<never>;
  /** Keeps the report of the run beside the renewals. */
  writeStatus(report: object): Promise<void>;
  /** What monitors read. */
  readonly health: HealthStore;
  /** Ends the log and frees the lock; never throws. */
  close(): Promise<void>;
}

/** What the command line layer needs from the outside; made by `compose.ts`. */
export interface Surroundings {
  readonly platform: 'win32' | 'posix';
  readonly registry: PluginRegistry;
  readonly now: () => Date;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** @throws WacsError ConfigurationError, AccessDenied, StorageError, AlreadyRunning. */
  open(args: ParsedArguments): Promise<OpenRun>;
  /** What `--check` reads. */
  check(args: ParsedArguments): CheckAccess;
  /** Writes to the system's event log, where there is one; a failure goes to `warn` and is no failure of the run. */
  writeEvents(events: readonly SystemEvent[], warn: (message: string) => void): Promise<void>;
  /** The JSON schema of `settings.json`. */
  settingsSchema(): Promise<object>;
  /** Blanks registered secrets out of text. */
  redact(text: string): string;
  /** Registers a secret. */
  addSecret(secret: string): void;
}
