import type { WacsError } from './errors.ts';

/** What became of the stored secrets when they were brought into the form that settings ask for. */
export interface Reprotection {
  /** True when they are encrypted now. */
  readonly encrypted: boolean;
  /** Files that were rewritten. */
  readonly files: number;
  /** Secrets that have another form now. */
  readonly rewritten: number;
  /** Secrets that had the form already. */
  readonly kept: number;
  /** References to the vault, which have one form only. */
  readonly references: number;
  /** What could not be brought into the form; it is as it was. */
  readonly failures: readonly WacsError[];
}
