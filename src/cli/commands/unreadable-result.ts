import { combineFailures, type WacsError } from '../../core/errors.ts';
import type { RenewalOutcome } from '../../core/renew-services.ts';
import type { CommandResult } from '../run-context.ts';

/** The result of a command that has done all it could: success, or the files that could not be read. */
export function unreadableResult(failures: readonly WacsError[], renewals: readonly RenewalOutcome[]): CommandResult {
  if (failures.length === 0) return { outcome: 'Success', renewals };
  const error = combineFailures(failures, `${failures.length} renewal files could not be read`);
  return { outcome: error.code, renewals, error };
}
