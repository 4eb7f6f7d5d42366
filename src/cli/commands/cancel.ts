import { certificatesOf, fileIdOf } from '../../core/part.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { loadSelected } from './load-renewals.ts';
import { unreadableResult } from './unreadable-result.ts';

/** `--cancel`: removes the selected renewals; certificates in use stay where they are. */
export async function cancel(context: RunContext): Promise<CommandResult> {
  const { renewals, orders, cache } = context.services;
  const selected = await loadSelected(context);
  for (const renewal of selected.renewals) {
    const { id, friendlyName } = renewal;
    const certificates = certificatesOf(renewal);
    await renewals.remove(id);
    for (const fileId of certificates.map(({ part }) => fileIdOf(id, part))) {
      await orders.remove(fileId);
      await cache.remove(fileId);
    }
    const what = certificates.length === 1 ? 'its certificate stays' : `its ${certificates.length} certificates stay`;
    context.log.info(`renewal "${friendlyName}" (id ${id}) cancelled; ${what} in the stores`);
  }
  return unreadableResult(selected.failures, []);
}
