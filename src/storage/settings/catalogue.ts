import * as v from 'valibot';
import { settingsSchema } from './schema.ts';
import type { SettingTraits } from './values.ts';

/** One key of `settings.json`. */
export interface SettingKey {
  readonly kind: 'key';
  /** Names from the section on, such as `['Csr', 'Rsa', 'KeyBits']`. */
  readonly path: readonly string[];
  /** Empty where the schema says none, which a test refuses. */
  readonly meaning: string;
  readonly fallback: unknown;
  readonly traits: SettingTraits;
  /** What it may be, such as `1 to 600`; undefined where the meaning says enough. */
  readonly bounds: string | undefined;
}

/** A section with what is in it, by names in lower case. */
export interface SettingSection {
  readonly kind: 'section';
  readonly path: readonly string[];
  readonly members: ReadonlyMap<string, SettingKey | SettingSection>;
}

let root: SettingSection | undefined;

/** Everything that may stand in `settings.json`. */
export function settingsCatalogue(): SettingSection {
  root ??= sectionOf(settingsSchema, []);
  return root;
}

/** Every key, in the order of the schema. */
export function allSettings(from: SettingSection = settingsCatalogue()): readonly SettingKey[] {
  return [...from.members.values()].flatMap((member) => (member.kind === 'key' ? [member] : allSettings(member)));
}

interface Nested {
  readonly wrapped?: v.GenericSchema;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly pipe?: readonly (v.GenericSchema | v.GenericMetadata)[];
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly requirement?: unknown;
}

function sectionOf(schema: v.GenericSchema, path: readonly string[]): SettingSection {
  const members = new Map<string, SettingKey | SettingSection>();
  for (const [name, entry] of Object.entries((schema as Nested).entries ?? {})) {
    const inner = (entry as Nested).wrapped ?? entry;
    const below = [...path, name];
    const isSection = (inner as Nested).entries !== undefined;
    members.set(name.toLowerCase(), isSection ? sectionOf(inner, below) : keyOf(entry, inner, below));
  }
  return { kind: 'section', path, members };
}

function keyOf(entry: v.GenericSchema, inner: v.GenericSchema, path: readonly string[]): SettingKey {
  return {
    kind: 'key',
    path,
    meaning: v.getDescription(inner) ?? '',
    fallback: (entry as Nested).default,
    traits: v.getMetadata(inner) as SettingTraits,
    bounds: boundsOf(inner),
  };
}

function boundsOf(schema: v.GenericSchema): string | undefined {
  const parts = partsOf(schema as Nested & { type: string });
  const options = parts.find(({ type }) => type === 'picklist')?.options;
  if (options !== undefined) return `one of ${options.join(', ')}`;
  const bound = (type: string): unknown => parts.find((part) => part.type === type)?.requirement;
  const [least, most] = [bound('min_value'), bound('max_value')];
  return least === undefined || most === undefined ? undefined : `${least} to ${most}`;
}

/** A schema taken apart: the steps of its pipe, and what it wraps. */
function partsOf(schema: Nested & { readonly type: string }): readonly (Nested & { readonly type: string })[] {
  const inside = schema.pipe ?? (schema.wrapped === undefined ? [] : [schema.wrapped]);
  return inside.length === 0 ? [schema] : inside.flatMap((part) => partsOf(part as Nested & { type: string }));
}
