import { combineFailures, restate, type WacsError } from '../../core/errors.ts';
import type { RenewalOutcome } from '../../core/renew-services.ts';

/**
 * The failure of a run: one cause keeps its code, different causes give MultipleFailures. Undefined when nothing failed.
 * @param unreadable failures to read renewals
 */
export function combinedFailure(
  outcomes: readonly RenewalOutcome[],
  unreadable: readonly WacsError[] = [],
): WacsError | undefined {
  const failed = outcomes.flatMap(({ part, error }) => (error === undefined ? [] : [{ part, error }]));
  const count = failed.length + unreadable.length;
  if (count === 0) return undefined;
  const failures = [
    ...unreadable,
    ...[...Map.groupBy(failed, ({ error }) => error)].map(([error, of]) => named(error, of)),
  ];
  const noun = outcomes.some(({ part }) => part !== undefined) ? 'certificates' : 'renewals';
  return combineFailures(failures, `${count} of ${outcomes.length + unreadable.length} ${noun} failed`);
}

/** A cause that several certificates share, such as a source that cannot be read, stands once and as it is. */
function named(error: WacsError, failed: readonly { readonly part: string | undefined }[]): WacsError {
  const [first, ...more] = failed;
  if (first?.part === undefined || more.length > 0) return error;
  return restate(error, `certificate ${first.part}: ${error.message}`);
}
