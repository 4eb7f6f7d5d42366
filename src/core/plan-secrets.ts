import type { PluginFamily, PluginRegistry } from './plugin.ts';

/** Names and positions from the top of a file down to a value. */
export type JsonPath = readonly (string | number)[];

/** Where a plan has secrets. */
export interface PlanSecrets {
  /** From the plan on; only of texts that are there. */
  readonly places: readonly JsonPath[];
  /** Plugins that nobody here knows: whether they have secrets cannot be told. */
  readonly unknownPlugins: readonly string[];
}

const families: readonly PluginFamily[] = ['source', 'order', 'validation', 'csr', 'store', 'installation'];

/**
 * Finds the secrets in a plan by what its plugins declare; a text that only looks like a stored secret is none.
 * @param plan as it stands in the file, which need not be right in anything else
 */
export function planSecrets(plan: unknown, registry: PluginRegistry): PlanSecrets {
  const places: JsonPath[] = [];
  const unknownPlugins: string[] = [];
  for (const family of families) {
    for (const [path, options] of pluginsIn(valueAt(plan, [family]), [family])) {
      const name = valueAt(options, ['plugin']);
      const descriptor = registry[family].find((one) => one.name === name);
      if (descriptor === undefined) unknownPlugins.push(`${family} ${String(name)}`);
      for (const field of descriptor?.secretFields ?? []) {
        const inner = field.split('.');
        if (typeof valueAt(options, inner) === 'string') places.push([...path, ...inner]);
      }
    }
  }
  return { places, unknownPlugins };
}

/** What lies at the end of a path; undefined when there is nothing. */
export function valueAt(content: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((holder, key) => {
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return undefined;
    return (holder as Readonly<Record<string | number, unknown>>)[key];
  }, content);
}

function pluginsIn(value: unknown, path: JsonPath): readonly [JsonPath, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [[...path, index], item]);
  return value === undefined ? [] : [[path, value]];
}
