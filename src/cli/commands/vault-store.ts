import { parseReference } from '../../core/secret-reference.ts';
import type { CommandResult, RunContext } from '../run-context.ts';
import { quoted, usageError } from '../usage-error.ts';

/** `--vaultstore`: puts a secret into the vault, for others to refer to. */
export async function vaultStore(context: RunContext): Promise<CommandResult> {
  const key = vaultKey(context);
  const given = context.values.text('vaultsecret');
  if (given === undefined)
    throw usageError('--vaultstore needs --vaultsecret', 'add --vaultsecret SECRET, or --vaultsecret - to read it');
  const secret = given === '-' ? await context.readSecretLine() : given;
  const vault = await context.vault();
  const replaced = await vault.store(key, secret);
  context.log.info(`${replaced ? 'replaced' : 'stored'} the secret vault://json/${key} in ${vault.path}`);
  return { outcome: 'Success', renewals: [] };
}

/** The key of `--vaultkey`, given by itself or as `vault://json/KEY`. @throws WacsError UsageError. */
export function vaultKey({ values }: RunContext): string {
  const given = values.text('vaultkey');
  if (given === undefined) throw usageError('--vaultkey is missing', 'add --vaultkey KEY');
  const reference = parseReference(given);
  if (reference !== undefined && reference.vault !== 'json') {
    throw usageError(
      `the vault "${reference.vault}" cannot be written to`,
      'give --vaultkey KEY, or vault://json/KEY; other vaults are filled by other means',
    );
  }
  const key = reference?.key ?? given;
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(key)) return key;
  throw usageError(
    `${quoted(key)} cannot be the key of a secret`,
    'use up to 128 letters, digits, dots, hyphens and underscores',
  );
}
