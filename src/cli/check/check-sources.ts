import type { CheckedTask } from '../../core/check-report.ts';
import type { PolicyOf } from '../../core/due-date.ts';
import type { HealthStore } from '../../core/health-record.ts';
import type { RenewalStore } from '../../core/stores.ts';

/** What a check reads: no lock, no log, no network; made by `compose.ts`. */
export interface CheckAccess {
  /** @throws WacsError ConfigurationError for settings that cannot be used. */
  open(): Promise<CheckSources>;
  /** Replaces a file as a whole. @throws WacsError AccessDenied, StorageError. */
  write(path: string, text: string): Promise<void>;
}

/** Where the facts come from. */
export interface CheckSources {
  readonly baseUri: string;
  readonly policyOf: PolicyOf;
  readonly renewals: Pick<RenewalStore, 'list'>;
  readonly health: Pick<HealthStore, 'read'>;
  /** The scheduled task, within a few seconds and with the rights at hand: `unknown` is an answer. Never throws. */
  task(): Promise<CheckedTask>;
}
