import type { RenewalHealth } from './renewal-health.ts';

/** Status of a Nagios plug-in; its exit codes are 0, 1, 2 and 3 in this order. */
export const checkStatuses = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
export type CheckStatus = (typeof checkStatuses)[number];

/** Days left of a certificate under which it is reported; without them, parts of its lifetime. */
export interface CheckThresholds {
  readonly warningDays?: number;
  readonly criticalDays?: number;
}

/** The last run that renewed whatever was due. */
export interface LastRun {
  readonly command: string;
  readonly endedAt: Date;
  readonly exitCode: number;
  readonly exitName: string;
}

/** The scheduled task as far as it can be known. `unsupported` where there is no Task Scheduler. */
export interface CheckedTask {
  readonly name: string;
  readonly state: 'healthy' | 'missing' | 'unhealthy' | 'unknown' | 'unsupported';
  readonly problems: readonly string[];
}

/** What a check rests on. */
export interface CheckFacts {
  readonly now: Date;
  readonly renewals: readonly RenewalHealth[];
  /** Renewal files that cannot be read. */
  readonly unreadable: readonly { readonly id: string; readonly message: string }[];
  readonly lastRun?: LastRun;
  readonly task?: CheckedTask;
}

/** One thing a monitor has to know. */
export interface CheckFinding {
  readonly status: Exclude<CheckStatus, 'OK'>;
  readonly kind:
    | 'expired'
    | 'expiresSoon'
    | 'revoked'
    | 'noCertificate'
    | 'failing'
    | 'overdue'
    | 'unreadable'
    | 'lastRun'
    | 'task'
    | 'nothingToCheck'
    | 'checkFailed';
  /** One line, ASCII except for names. */
  readonly text: string;
  readonly renewalId?: string;
  /** Which of several certificates of the renewal. */
  readonly part?: string;
}

/** What a check has found; `findings` with the worst first. */
export interface CheckResult {
  readonly status: CheckStatus;
  readonly summary: string;
  readonly findings: readonly CheckFinding[];
  readonly facts: CheckFacts;
}
