import { nextDue, type PolicyOf } from './due-date.ts';
import type { ErrorCode, WacsError } from './errors.ts';
import { viewOf } from './part.ts';
import type { RenewalOutcome } from './renew-services.ts';

/** A failure as reports show it. */
export interface ReportedError {
  readonly code: number;
  readonly name: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** The CA's problem document with its subproblems. */
  readonly problem?: WacsError['details']['problem'];
  /** `0x` and eight digits. */
  readonly hresult?: string;
  readonly exitStatus?: number;
  readonly retryAt?: string;
  readonly failures?: readonly ReportedError[];
}

/** One certificate of a renewal in the report of a run. */
export interface ReportedRenewal {
  readonly id: string;
  readonly friendlyName: string;
  /** Which of several certificates of the renewal. */
  readonly part?: string;
  readonly result: RenewalOutcome['result'];
  readonly error?: ReportedError;
  /** When the next certificate is due (ISO 8601), and which rule says so. */
  readonly nextDue?: string;
  readonly nextDueReason?: string;
  readonly certificate?: { readonly thumbprint: string; readonly hosts: readonly string[]; readonly notAfter: string };
}

/** The account at the CA in the report of a command that is about it. */
export interface ReportedAccount {
  /** Absent for the usual one. */
  readonly name?: string;
  readonly url: string;
  /** `valid`, `deactivated` or another state of RFC 8555 section 7.1.6. */
  readonly status: string;
  readonly contact: readonly string[];
}

/** The scheduled task in the report of a run. */
export interface ReportedTask {
  readonly name: string;
  readonly state: 'healthy' | 'missing' | 'unhealthy' | 'registered' | 'removed' | 'unknown';
  readonly problems: readonly string[];
  /** What differs from the settings by an administrator's choice. */
  readonly notes?: readonly string[];
  /** Why it could not be checked or repaired; also when the run ended with another failure. */
  readonly error?: ReportedError;
  readonly lastRun?: ReportedLastRun;
}

/** The last run over all renewals, which is what the task is for. */
export interface ReportedLastRun {
  readonly command: string;
  /** ISO 8601. */
  readonly endedAt: string;
  readonly exitCode: number;
  readonly exitName: string;
  readonly ageSeconds: number;
}

/** Exit code of a failure; handed in because the table lies outside the core. */
export type CodeOf = (name: ErrorCode) => number;

/** A failure for a report; never with a stack and never with its cause. */
export function reportError(error: WacsError, codeOf: CodeOf): ReportedError {
  const { problem, hresult, exitStatus, retryAt, failures } = error.details;
  return {
    code: codeOf(error.code),
    name: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(problem === undefined ? {} : { problem }),
    ...(hresult === undefined ? {} : { hresult: `0x${hresult.toString(16).toUpperCase().padStart(8, '0')}` }),
    ...(exitStatus === undefined ? {} : { exitStatus }),
    ...(retryAt === undefined ? {} : { retryAt: retryAt.toISOString() }),
    ...(failures === undefined ? {} : { failures: failures.map((failure) => reportError(failure, codeOf)) }),
  };
}

/** A certificate of a renewal for a report. */
export function reportRenewal(outcome: RenewalOutcome, policyOf: PolicyOf, codeOf: CodeOf): ReportedRenewal {
  const { renewal, part, result, error } = outcome;
  const { certificate, renewalInfo } = viewOf(renewal, part).state;
  const next = certificate === undefined ? undefined : nextDue(certificate, renewalInfo, policyOf(renewal));
  return {
    id: renewal.id,
    friendlyName: renewal.friendlyName,
    ...(part === undefined ? {} : { part }),
    result,
    ...(error === undefined ? {} : { error: reportError(error, codeOf) }),
    ...(next === undefined ? {} : { nextDue: next.dueAt.toISOString(), nextDueReason: next.reason }),
    ...(certificate === undefined
      ? {}
      : {
          certificate: {
            thumbprint: certificate.thumbprint,
            hosts: certificate.identifiers.map(({ value }) => value),
            notAfter: certificate.notAfter.toISOString(),
          },
        }),
  };
}
