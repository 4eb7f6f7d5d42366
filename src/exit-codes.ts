import type { ErrorCode } from './core/errors.ts';

/** A row of the exit-code contract. */
export interface ExitCode {
  readonly code: number;
  readonly meaning: string;
}

/** Name of an outcome: a failure, or one of the two kinds of success. */
export type Outcome = ErrorCode | 'Success' | 'NothingDue';

/**
 * The contract with every batch file: one table, from which the README, `--help exitcodes` and the tests are made.
 * All codes are positive, below 126 and clear of Node's own 3 to 14. A new `ErrorCode` without a row does not compile.
 */
export const exitCodes = {
  Success: { code: 0, meaning: 'done; or nothing was due' },
  UnexpectedError: { code: 1, meaning: 'a fault in the program itself; the log has the stack' },
  UsageError: { code: 2, meaning: 'unknown, missing or contradicting arguments (with the nearest known name)' },
  NothingDue: {
    code: 15,
    meaning: 'only with --detailedexitcode: nothing was due (0 then means something was renewed)',
  },
  ConfigurationError: {
    code: 20,
    meaning: 'settings or a renewal file is unreadable or invalid (file, line, field named); never skipped in silence',
  },
  AccessDenied: { code: 21, meaning: 'needs an elevated prompt, or an ACL refuses' },
  StorageError: { code: 22, meaning: 'disk full, I/O error, folder missing' },
  AlreadyRunning: { code: 23, meaning: 'another run holds the lock longer than the wait limit' },
  NotFound: { code: 24, meaning: '--id / --friendlyname matches no renewal' },
  InputRequired: {
    code: 25,
    meaning:
      'a secret was to be read from standard input, and there is none; or --validation manual has nobody at a terminal (or runs under --renew)',
  },
  Interrupted: { code: 26, meaning: 'Ctrl+C, Ctrl+Break, console closed' },
  UnsupportedPlatform: { code: 27, meaning: 'the request needs Windows' },
  TaskSchedulerError: {
    code: 30,
    meaning: 'schtasks failed with an HRESULT not listed below (shown in hex with its name)',
  },
  TaskAccessDenied: { code: 31, meaning: 'Task Scheduler refused access (0x80070005)' },
  TaskSchedulerUnavailable: {
    code: 32,
    meaning: 'Task Scheduler service stopped, disabled, too busy, RPC down, or schtasks.exe cannot be started',
  },
  TaskDefinitionRejected: {
    code: 33,
    meaning:
      "Task Scheduler refused the task definition (0x80041316-0x8004131D, 0x80041313, 0x80041327, 0x80070057, 0x8007007B, schtasks' own 0x80004005)",
  },
  TaskAccountError: {
    code: 34,
    meaning:
      "the task's account is unknown or may not be used (0x8007052E, 0x80070534, 0x80070569, 0x8004130F, 0x80041310, 0x80041314)",
  },
  TaskVerificationFailed: {
    code: 35,
    meaning: 'schtasks said success, but reading the task back shows none, or another one',
  },
  TaskMissing: { code: 36, meaning: 'a check finds no task' },
  TaskUnhealthy: {
    code: 37,
    meaning:
      'a check finds the task disabled, changed, or pointing at a file that is gone; or one of its name is not ours to replace',
  },
  TaskSchedulerTimeout: { code: 38, meaning: 'schtasks did not end within its limit (then killed)' },
  TaskPathUnsafe: {
    code: 39,
    meaning:
      'the executable is on a network share, removable or temporary folder, or where non-administrators can write: a SYSTEM task must not point there (--installto copies it to a safe place; --force overrides, with a warning)',
  },
  AcmeError: { code: 40, meaning: 'the CA refused for a reason not below' },
  AcmeUnreachable: { code: 41, meaning: 'DNS, TCP, TLS, proxy, or 5xx after all retries' },
  AcmeAccountError: {
    code: 42,
    meaning:
      'terms not accepted or changed, external account binding missing or wrong, account missing, unknown to the CA, deactivated or refused',
  },
  AcmeRateLimited: {
    code: 43,
    meaning: 'rate limit, or a Retry-After beyond the wait limit (until when is stored and shown)',
  },
  ValidationFailed: { code: 44, meaning: 'the CA could not validate a name (each name with its own reason)' },
  ValidationSetupError: {
    code: 45,
    meaning:
      'the challenge could not be put in place: port taken, folder not writable, DNS update refused, permanent record missing',
  },
  OrderRejected: {
    code: 46,
    meaning: 'rejectedIdentifier, unsupportedIdentifier, caa, badCSR, badPublicKey, invalidProfile',
  },
  AcmeTimeout: {
    code: 47,
    meaning: 'an authorization, an order or the whole run (--timelimit) did not end within its limit',
  },
  CertificateRejected: {
    code: 48,
    meaning: 'what came back does not match what was asked (key, names, chain), or is not valid now',
  },
  SourceError: { code: 50, meaning: 'the source gives no usable hosts, or its certificate request cannot be used' },
  StoreError: { code: 51, meaning: 'a store could not keep the certificate' },
  InstallationError: { code: 52, meaning: 'an installation step failed' },
  ScriptFailed: {
    code: 53,
    meaning: "a user's script exited non-zero or overran its limit (its own code is in log and report)",
  },
  MultipleFailures: {
    code: 60,
    meaning: 'several renewals, certificates of a renewal or names of a certificate failed for different causes',
  },
} as const satisfies Record<Outcome, ExitCode>;

/** The process exit code of an outcome. */
export function exitCodeOf(outcome: Outcome): number {
  return exitCodes[outcome].code;
}
