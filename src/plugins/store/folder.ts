import { WacsError } from '../../core/errors.ts';
import type { OptionValues } from '../../core/plugin.ts';
import type { PluginOptions } from '../../core/renewal.ts';
import { optionalText } from '../../core/stored-options.ts';

/** How a store is told its folder. */
export interface FolderNames {
  readonly store: string;
  readonly option: string;
  /** The setting that takes the option's place. */
  readonly setting: string;
}

/**
 * Stored form of the folder; absent when the setting says it, which then counts for as long as it stands there.
 * @throws WacsError UsageError when neither says it
 */
export function folderField(
  values: OptionValues,
  { store, option, setting }: FolderNames,
  fallback: string | undefined,
): { path?: string } {
  const path = values.text(option);
  if (path !== undefined) return { path };
  if (fallback !== undefined) return {};
  throw new WacsError('UsageError', `--store ${store} needs --${option}`, {
    hint: `Give --${option} DIR, or set ${setting} in settings.json.`,
  });
}

/** The folder of a renewal. @throws WacsError ConfigurationError when neither the renewal nor the setting says it. */
export function storedFolder(
  options: PluginOptions,
  { option, setting }: FolderNames,
  fallback: string | undefined,
): string {
  const path = optionalText(options, 'path') || fallback;
  if (path !== undefined) return path;
  throw new WacsError(
    'ConfigurationError',
    `options of plugin "${options.plugin}": field "path" is missing, and the setting ${setting} says no folder`,
    { hint: `Set ${setting} in settings.json, or create the renewal again with --${option} DIR and the same --id.` },
  );
}
