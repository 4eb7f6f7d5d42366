import { resolve } from 'node:path';
import type { ParsedArguments } from '../cli/parse.ts';
import { toWacsError } from '../core/errors.ts';
import type { FileStore, Log } from '../core/ports.ts';
import type { Renewal } from '../core/renewal.ts';
import { defaultStateFolder } from '../platform/paths.ts';
import {
  mergeSettings,
  noSettings,
  readSettingsLayer,
  renewalLayer,
  type SettingScope,
  type Settings,
  type SettingsNote,
} from '../storage/settings.ts';
import { type StatePaths, settingsPath, statePaths } from '../storage/state-paths.ts';
import { baseUriOf } from './foundation.ts';

/** The settings of a run, and of each renewal in it. */
export interface OpenSettings {
  readonly baseUri: string;
  readonly paths: StatePaths;
  readonly settings: Settings;
  /** What the files have for the log. */
  readonly notes: readonly SettingsNote[];
  /** The settings of the run with those of the renewal's own file. */
  settingsOf(renewal: Renewal): Settings;
  /** What the renewal's own settings have for the log. */
  notesOf(renewal: Renewal): readonly SettingsNote[];
}

/**
 * Reads `settings.json` of the state folder, which also says which CA it is about, and then that of the CA's folder.
 * @param denied what becomes of a file that may not be read
 * @throws WacsError ConfigurationError naming file, line and key; AccessDenied
 */
export async function openSettings(
  args: ParsedArguments,
  files: FileStore,
  { denied = 'failure' }: { denied?: 'failure' | 'defaults' } = {},
): Promise<OpenSettings> {
  const root = resolve(args.values.text('configpath') ?? defaultStateFolder());
  const read = (path: string, scope: SettingScope) =>
    readSettingsLayer(path, files, scope).catch((error) => {
      if (denied === 'failure' || toWacsError(error).code !== 'AccessDenied') throw error;
      return noSettings;
    });
  const forAll = await read(settingsPath(root), 'all');
  const baseUri = baseUriOf(args, mergeSettings([forAll]));
  const paths = statePaths(root, baseUri);
  const forAuthority = await read(paths.authoritySettings, 'authority');
  const layers = [forAll, forAuthority];
  const settings = mergeSettings(layers);
  return {
    baseUri,
    paths,
    settings,
    notes: layers.flatMap(({ notes }) => notes),
    settingsOf: (renewal) =>
      renewal.settings === undefined ? settings : mergeSettings([...layers, renewalLayer(renewal, paths.authority)]),
    notesOf: (renewal) => renewalLayer(renewal, paths.authority).notes,
  };
}

/** The JSON schema of `settings.json`, for editors. */
export async function settingsSchema(): Promise<object> {
  const { settingsJsonSchema } = await import('../storage/settings/json-schema.ts');
  return settingsJsonSchema();
}

/** Tells what is odd about settings. */
export function logNotes(notes: readonly SettingsNote[], log: Log): void {
  for (const { level, message } of notes) log[level](message);
}
