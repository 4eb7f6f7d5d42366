import type { CommandResult, RunContext } from '../run-context.ts';
import { loadSelected } from './load-renewals.ts';
import { unreadableResult } from './unreadable-result.ts';

/** `--cancel`: removes the selected renewals; certificates in use stay where they are. */
export async function cancel(context: RunContext): Promise<CommandResult> {
  const { renewals, orders, cache } = context.services;
  const selected = await loadSelected(context);
  for (const { id, friendlyName } of selected.renewals) {
    await renewals.remove(id);
    await orders.remove(id);
    await cache.remove(id);
    context.log.info(`renewal "${friendlyName}" (id ${id}) cancelled; its certificate stays in the stores`);
  }
  return unreadableResult(selected.failures, []);
}
