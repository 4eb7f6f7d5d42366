import { allSettings, type SettingKey } from './catalogue.ts';
import type { SettingScope } from './values.ts';

/** A setting as documentation shows it. */
export interface SettingReference {
  readonly name: string;
  readonly fallback: string;
  /** With what it may be. */
  readonly meaning: string;
  /** The narrowest place that may set it. */
  readonly scope: SettingScope;
}

/** Every setting in the order of the schema. */
export function settingsReference(): readonly SettingReference[] {
  return allSettings().map((key) => ({
    name: key.path.join('.'),
    fallback: key.traits.defaultText ?? fallbackText(key.fallback),
    meaning: meaningOf(key),
    scope: key.traits.scope ?? 'authority',
  }));
}

function meaningOf({ meaning, bounds, traits }: SettingKey): string {
  const remarks = [bounds, traits.secret === true ? 'secret' : undefined].filter((remark) => remark !== undefined);
  return remarks.length === 0 ? meaning : `${meaning} (${remarks.join('; ')})`;
}

function fallbackText(fallback: unknown): string {
  if (fallback === '' || (Array.isArray(fallback) && fallback.length === 0)) return 'empty';
  return typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
}
