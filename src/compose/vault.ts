import { resolve } from 'node:path';
import type { JsonVault } from '../storage/json-vault.ts';
import type { Foundation } from './foundation.ts';

/** The vault `vault://json`. */
export async function openVault(
  parts: Pick<Foundation, 'settings' | 'paths' | 'files' | 'secrets'>,
): Promise<JsonVault> {
  const { createJsonVault } = await import('../storage/json-vault.ts');
  return createJsonVault(vaultPath(parts), parts.files, parts.secrets);
}

/** Where it lies; a relative path of the settings is below the state folder. */
export function vaultPath({ settings, paths }: Pick<Foundation, 'settings' | 'paths'>): string {
  const { FilePath } = settings.Secrets.Json;
  return FilePath === null ? paths.vault : resolve(paths.root, FilePath);
}
