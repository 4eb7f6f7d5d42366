import { WacsError } from '../../core/errors.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { vaultKey } from './vault-store.ts';

/** `--vaultdelete`: takes a secret out of the vault. */
export async function vaultDelete(context: RunContext): Promise<CommandResult> {
  const key = vaultKey(context);
  const vault = await context.vault();
  if (!(await vault.remove(key))) {
    throw new WacsError('NotFound', `there is no secret "${key}" in the vault ${vault.path}`, {
      hint: 'Check --vaultkey.',
    });
  }
  context.log.info(`removed the secret vault://json/${key} from ${vault.path}`);
  return { outcome: 'Success', renewals: [] };
}
