import { createOptionTable } from './cli/options.ts';
import { renderReadme as render } from './cli/readme.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { settingsReference } from './storage/settings/reference.ts';

/** The README with its generated blocks brought up to date. @throws Error when a block is missing. */
export function renderReadme(text: string): string {
  return render(text, { table: createOptionTable(pluginRegistry), settings: settingsReference() });
}
