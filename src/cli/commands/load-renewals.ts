import { toWacsError, type WacsError } from '../../core/errors.ts';
import type { Renewal } from '../../core/renewal.ts';
import { hasPattern, type Selection, selectRenewals } from '../../core/select.ts';
import type { RunContext } from '../run-context.ts';

/** The renewals a command is about, and the files among them that cannot be read. */
export interface LoadedRenewals {
  readonly renewals: readonly Renewal[];
  readonly failures: readonly WacsError[];
}

/** The selection given by `--id` and `--friendlyname`. */
export function selectionOf({ values, given }: RunContext): Selection {
  const id = given.includes('id') ? values.text('id') : undefined;
  const friendlyName = given.includes('friendlyname') ? values.text('friendlyname') : undefined;
  return { ...(id === undefined ? {} : { id }), ...(friendlyName === undefined ? {} : { friendlyName }) };
}

/**
 * Loads the selected renewals. A file that cannot be read is a failure of its own beside the others, never skipped in
 * silence.
 * @throws WacsError NotFound when the selection matches nothing.
 */
export async function loadSelected(context: RunContext): Promise<LoadedRenewals> {
  const { readable, failures } = await loadAll(context);
  const selection = selectionOf(context);
  const nothingReadable = readable.length === 0 && failures.length > 0;
  if (nothingReadable && hasPattern(selection)) return { renewals: [], failures };
  return { renewals: selectRenewals(readable, selection), failures };
}

/** All renewals of the CA. */
export async function loadAll(
  context: RunContext,
): Promise<{ readable: readonly Renewal[]; failures: readonly WacsError[] }> {
  const readable: Renewal[] = [];
  const failures: WacsError[] = [];
  for (const loaded of await context.services.renewals.list()) {
    if (loaded.kind === 'renewal') readable.push(loaded.renewal);
    else failures.push(toWacsError(loaded.error, 'ConfigurationError'));
  }
  return { readable, failures };
}
