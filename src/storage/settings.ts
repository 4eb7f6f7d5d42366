import * as v from 'valibot';
import type { FileStore } from '../core/ports.ts';
import { readStateFile } from './json-file.ts';
import { acmeSettings } from './settings/acme.ts';
import { csrSettings } from './settings/csr.ts';
import { executionSettings } from './settings/execution.ts';
import { proxySettings } from './settings/proxy.ts';
import { scheduledTaskSettings } from './settings/scheduled-task.ts';
import { scriptSettings } from './settings/script.ts';

/** Each section is a file of its own in `settings/`; a section or key may be left out. */
const settingsSchema = v.looseObject({
  Acme: v.optional(acmeSettings, {}),
  Execution: v.optional(executionSettings, {}),
  Proxy: v.optional(proxySettings, {}),
  ScheduledTask: v.optional(scheduledTaskSettings, {}),
  Csr: v.optional(csrSettings, {}),
  Script: v.optional(scriptSettings, {}),
});

/** Settings of all runs, with defaults filled in; times in seconds unless a name says otherwise. */
export type Settings = v.InferOutput<typeof settingsSchema>;

/** Reads `settings.json`; without the file, the defaults. @throws WacsError ConfigurationError naming file and line or field. */
export async function readSettings(path: string, files: FileStore): Promise<Settings> {
  return (await readStateFile(files, path, settingsSchema)) ?? defaultSettings();
}

/** The settings without a file. */
export function defaultSettings(): Settings {
  return v.parse(settingsSchema, {});
}
