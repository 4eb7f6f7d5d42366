import { schemaVersion, versionText } from '../json-file.ts';
import { allSettings, type SettingKey, settingsCatalogue } from './catalogue.ts';
import { suggestion } from './suggestion.ts';
import type { SettingScope } from './values.ts';
import { oldSpellings, unusedSettings } from './win-acme.ts';

/** Values by section and name, in the spelling of the schema; only what is set. */
export interface SettingsValues {
  [name: string]: unknown;
}

/** Something to tell of a place in a file. */
export interface PlacedText {
  /** Names as they stand in the file. */
  readonly place: readonly string[];
  readonly text: string;
}

/** What a file says, in the spelling of the schema. */
export interface CanonicalSettings {
  readonly values: SettingsValues;
  /** Makes the file unusable. */
  readonly problems: readonly PlacedText[];
  readonly warnings: readonly PlacedText[];
  /** What nobody would miss. */
  readonly remarks: readonly PlacedText[];
  /** Where each key was found, by its name in the schema's spelling. */
  readonly places: ReadonlyMap<string, readonly string[]>;
}

interface Leaf {
  readonly place: readonly string[];
  /** The place in lower case, joined by dots. */
  readonly name: string;
  readonly value: unknown;
}

/** From the widest place to the narrowest. */
const scopes: readonly SettingScope[] = ['all', 'authority', 'renewal'];

const tooNarrow: Readonly<Record<SettingScope, string>> = {
  all: 'holds for all CAs: set it in the settings.json of the state folder; it has no effect here',
  authority: 'holds for a whole run: set it in a settings.json; it has no effect here',
  renewal: '',
};

/**
 * Brings names into the schema's spelling: they know no upper and lower case, and older ones of win-acme count. `null`
 * means "not set", as in the file win-acme comes with. Names nobody knows are warnings, never problems.
 * @param scope where the settings stand
 */
export function canonicalSettings(content: unknown, scope: SettingScope): CanonicalSettings {
  const found = { values: {}, problems: [], warnings: [], remarks: [], places: new Map() } satisfies CanonicalSettings;
  const reading: Reading = { ...found, scope, keys: keysByName() };
  if (!isSection(content)) reading.problems.push({ place: [], text: 'its content must be sections in braces' });
  else {
    const leaves = [...leavesOf(content, [], reading.keys)];
    // A name of today counts more than an old one, wherever the two stand.
    for (const leaf of leaves.filter(({ name }) => !oldSpellings.has(name))) readLeaf(leaf, reading);
    for (const leaf of leaves) readOld(leaf, oldSpellings.get(leaf.name), reading);
  }
  return found;
}

interface Reading {
  readonly values: SettingsValues;
  readonly problems: PlacedText[];
  readonly warnings: PlacedText[];
  readonly remarks: PlacedText[];
  readonly places: Map<string, readonly string[]>;
  readonly scope: SettingScope;
  readonly keys: ReadonlyMap<string, SettingKey>;
}

let keys: ReadonlyMap<string, SettingKey> | undefined;

function keysByName(): ReadonlyMap<string, SettingKey> {
  keys ??= new Map(allSettings().map((key) => [key.path.join('.').toLowerCase(), key]));
  return keys;
}

function* leavesOf(content: object, above: readonly string[], known: ReadonlyMap<string, unknown>): Generator<Leaf> {
  for (const [written, value] of Object.entries(content)) {
    const place = [...above, written];
    // A dot inside a name must not make it look like a section and a key.
    const name = place.map((part) => part.toLowerCase().replaceAll('.', '/')).join('.');
    if (isSection(value) && !known.has(name)) yield* leavesOf(value, place, known);
    else yield { place, name, value };
  }
}

function readLeaf(leaf: Leaf, reading: Reading): void {
  const { place, name, value } = leaf;
  if (name === '$schema') return;
  if (name === 'schemaversion') {
    if (value !== schemaVersion) reading.problems.push({ place, text: versionText });
    return;
  }
  const key = reading.keys.get(name);
  if (key !== undefined) take(key, leaf, reading);
  else if (isSectionName(name)) {
    if (value !== null) reading.problems.push({ place, text: 'must be a section in braces' });
  } else readUnused(leaf, name, reading);
}

function readOld(leaf: Leaf, today: string | undefined, reading: Reading): void {
  if (today === undefined || leaf.value === null) return;
  const { place } = leaf;
  const key = reading.keys.get(today.toLowerCase());
  if (key === undefined) readUnused(leaf, today.toLowerCase(), reading);
  else if (reading.places.has(today)) {
    reading.warnings.push({ place, text: `is the old name of ${today}, which is set too and counts` });
  } else {
    reading.remarks.push({ place, text: `is the old name of ${today}` });
    take(key, leaf, reading);
  }
}

function take({ path, traits }: SettingKey, { place, value }: Leaf, reading: Reading): void {
  const { scope, values, places, warnings } = reading;
  const name = path.join('.');
  const narrowest = traits.scope ?? 'authority';
  if (value === null) return;
  if (scopes.indexOf(scope) > scopes.indexOf(narrowest)) {
    warnings.push({ place, text: tooNarrow[narrowest] });
    return;
  }
  if (places.has(name)) warnings.push({ place, text: `sets ${name} a second time; the last one counts` });
  places.set(name, place);
  put(values, path, value);
}

function readUnused({ place, value }: Leaf, name: string, { warnings, remarks }: Reading): void {
  const unused = unusedSettings.get(name);
  if (unused !== undefined) {
    if (value === null) return;
    const missed = unused.instead !== undefined && value !== unused.usual;
    const text = `has no effect in wacs${missed ? `: ${unused.instead}` : ''}`;
    (missed ? warnings : remarks).push({ place, text });
    return;
  }
  const { unknown, meant } = suggestion(place);
  if (warnings.some((warning) => warning.place.join('\n') === unknown.join('\n'))) return;
  warnings.push({
    place: unknown,
    text: `is no setting of wacs${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  });
}

function isSectionName(name: string): boolean {
  let section = settingsCatalogue();
  for (const part of name.split('.')) {
    const member = section.members.get(part);
    if (member?.kind !== 'section') return false;
    section = member;
  }
  return true;
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(values: SettingsValues, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) values[name] = value;
  else {
    values[name] ??= {};
    put(values[name] as SettingsValues, rest, value);
  }
}
