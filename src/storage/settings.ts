import { join } from 'node:path';
import * as v from 'valibot';
import type { FileStore } from '../core/ports.ts';
import type { Renewal } from '../core/renewal.ts';
import { mergeSettings, parseNestedSettings, parseSettingsFile, type SettingsLayer } from './settings/layer.ts';
import { type Settings, settingsSchema } from './settings/schema.ts';
import type { SettingScope } from './settings/values.ts';

export { mergeSettings, type SettingsLayer, type SettingsNote } from './settings/layer.ts';
export type { Settings } from './settings/schema.ts';
export type { SettingScope } from './settings/values.ts';

/** A place without settings. */
export const noSettings: SettingsLayer = { values: {}, notes: [] };

/**
 * What a `settings.json` sets; nothing when there is none.
 * @param scope whose file it is: that of the state folder (`all`) or of one CA (`authority`)
 * @throws WacsError ConfigurationError naming file, line and key of all problems
 */
export async function readSettingsLayer(path: string, files: FileStore, scope: SettingScope): Promise<SettingsLayer> {
  const text = await files.readText(path);
  return text === undefined ? noSettings : parseSettingsFile(path, text, scope);
}

/** The settings of the state folder alone; without the file, the defaults. @throws WacsError ConfigurationError. */
export async function readSettings(path: string, files: FileStore): Promise<Settings> {
  return mergeSettings([await readSettingsLayer(path, files, 'all')]);
}

/** What the renewal's own file sets. @throws WacsError ConfigurationError. */
export function renewalLayer({ id, settings }: Renewal, folder: string): SettingsLayer {
  if (settings === undefined) return noSettings;
  return parseNestedSettings(join(folder, `${id}.renewal.json`), settings, 'renewal');
}

/** The settings without a file. */
export function defaultSettings(): Settings {
  return v.parse(settingsSchema, {});
}
