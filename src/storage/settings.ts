import * as v from 'valibot';
import type { FileStore } from '../core/ports.ts';
import type { SettingsLayer } from './settings/layer.ts';
import { type Settings, settingsSchema } from './settings/schema.ts';
import type { SettingScope } from './settings/values.ts';

export type { SettingsLayer } from './settings/layer.ts';
export type { Settings } from './settings/schema.ts';

/**
 * What a `settings.json` sets; undefined when there is none.
 * @param scope whose file it is: that of the state folder (`all`) or of one CA (`authority`)
 * @throws WacsError ConfigurationError naming file, line and key of all problems
 */
export async function readSettingsLayer(
  path: string,
  files: FileStore,
  scope: SettingScope,
): Promise<SettingsLayer | undefined> {
  const text = await files.readText(path);
  if (text === undefined) return undefined;
  const { parseSettingsFile } = await import('./settings/layer.ts');
  return parseSettingsFile(path, text, scope);
}

/** Settings out of layers, later ones counting more, and defaults. */
export async function mergeLayers(layers: readonly (SettingsLayer | undefined)[]): Promise<Settings> {
  const present = layers.filter((layer) => layer !== undefined);
  if (present.length === 0) return defaultSettings();
  const { mergeSettings } = await import('./settings/layer.ts');
  return mergeSettings(present);
}

/** Settings of the `settings.json` of the state folder alone; without the file, the defaults. @throws WacsError ConfigurationError. */
export async function readSettings(path: string, files: FileStore): Promise<Settings> {
  return mergeLayers([await readSettingsLayer(path, files, 'all')]);
}

/** The settings without a file. */
export function defaultSettings(): Settings {
  return v.parse(settingsSchema, {});
}
