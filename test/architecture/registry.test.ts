import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { pluginFamilies } from '../../src/cli/options.ts';
import type { PluginDescriptor, PluginFamily } from '../../src/core/plugin.ts';
import { pluginRegistry } from '../../src/plugins/registry.ts';
import { sourceFiles } from '../support/source-files.ts';

const folder = join(import.meta.dirname, '..', '..', 'src', 'plugins');
const families = Object.keys(pluginRegistry) as PluginFamily[];

/** Descriptors exported below a family's folder, by their file. */
async function descriptorsIn(family: string): Promise<Map<PluginDescriptor<unknown>, string>> {
  const found = new Map<PluginDescriptor<unknown>, string>();
  for (const name of readdirSync(join(folder, family), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const exported = (await import(pathToFileURL(join(folder, family, name)).href)) as Record<string, unknown>;
    for (const value of Object.values(exported)) if (isDescriptor(value)) found.set(value, name);
  }
  return found;
}

function isDescriptor(value: unknown): value is PluginDescriptor<unknown> {
  return typeof value === 'object' && value !== null && 'fromArguments' in value && 'create' in value;
}

test('the families are the folders of src/plugins', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).sort(), [...families].sort());
  assert.deepEqual([...pluginFamilies].sort(), [...families].sort());
});

for (const family of families) {
  test(`the registered ${family} plugins are those in the folder, each in a file of its name`, async () => {
    const found = await descriptorsIn(family);
    assert.deepEqual(
      [...found.keys()].map(({ name }) => name).sort(),
      pluginRegistry[family].map(({ name }) => name).sort(),
    );
    for (const descriptor of pluginRegistry[family]) {
      const { name } = descriptor;
      assert.ok(found.has(descriptor), `${family} ${name}`);
      const place = join(folder, family, name);
      assert.ok(existsSync(`${place}.ts`) || existsSync(place), `${place} exists`);
    }
  });
}

test('no plugin imports another', () => {
  const plugins = families.flatMap((family) =>
    pluginRegistry[family].flatMap(({ name }) => [
      `src/plugins/${family}/${name}.ts`,
      `src/plugins/${family}/${name}/`,
    ]),
  );
  const home = (path: string): string | undefined =>
    plugins.find((plugin) => (plugin.endsWith('/') ? path.startsWith(plugin) : path === plugin));
  const wrong = sourceFiles('src/plugins')
    .filter(({ path }) => path !== 'src/plugins/registry.ts')
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => home(target) !== undefined && home(target) !== home(path))
        .map((target) => `${path} imports ${target}`),
    );
  assert.deepEqual(wrong, []);
});
