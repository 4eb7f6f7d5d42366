import { WacsError } from '../../core/errors.ts';
import { displayName } from '../../core/identifier.ts';
import type { OrderPart } from '../../core/plugin.ts';
import type { RenewalPlan } from '../../core/renewal.ts';
import type { RunContext } from '../run-context.ts';

/**
 * Before anything is ordered or stored: a combination that can never work is the command line's fault.
 * @throws WacsError UsageError.
 */
export function refuseImpossible(plan: RenewalPlan, parts: readonly OrderPart[], context: RunContext): void {
  refuseNames(plan, parts, context);
  const stores = context.services.plans.stores(plan);
  for (const { name, plugin } of stores) {
    if (plugin.fixedNameOption !== undefined && parts.some((part) => part.name !== undefined)) {
      throw new WacsError(
        'UsageError',
        `--${plugin.fixedNameOption} and --order ${plan.order.plugin} cannot be combined: its certificates would overwrite each other`,
        { hint: `Leave --${plugin.fixedNameOption} out: each certificate is then named after its common name.` },
      );
    }
    const { request } = parts[0]?.target ?? {};
    if (plugin.needsPrivateKey && request !== undefined && request.privateKeyPem === undefined) {
      throw new WacsError(
        'UsageError',
        `--store ${name} needs the private key, and --source ${plan.source.plugin} gives none`,
        {
          hint: 'Add --pkfile FILE with the private key of the request, or choose --store pemfiles or p7bfile, which need none.',
        },
      );
    }
  }
}

function refuseNames(plan: RenewalPlan, parts: readonly OrderPart[], { services }: RunContext): void {
  const validation = services.plans.validation(plan);
  for (const identifier of parts.flatMap(({ target }) => target.identifiers)) {
    const refusal = validation.refusal(identifier);
    if (refusal === undefined) continue;
    throw new WacsError(
      'UsageError',
      `--validation ${plan.validation.plugin} cannot validate ${displayName(identifier)}: ${refusal}`,
      {
        hint: 'Leave the name out of --host, or choose a validation by DNS.',
      },
    );
  }
}
