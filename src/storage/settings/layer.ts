import * as v from 'valibot';
import { WacsError } from '../../core/errors.ts';
import { type CanonicalSettings, canonicalSettings, type PlacedText, type SettingsValues } from './canonical.ts';
import type { CommentedJson } from './commented-json.ts';
import { describeIssue } from './describe-issue.ts';
import { settingsSchema } from './schema.ts';
import type { SettingScope } from './values.ts';

/** Something the log tells about a file of settings. */
export interface SettingsNote {
  readonly level: 'warning' | 'verbose';
  readonly message: string;
}

/** What one place sets, checked and in the spelling of the schema. */
export interface SettingsLayer {
  readonly values: SettingsValues;
  readonly notes: readonly SettingsNote[];
}

const deepest = 100;

/**
 * Reads the text of a `settings.json`; comments and trailing commas are allowed, and so is any spelling of names.
 * @throws WacsError ConfigurationError naming the file and, for each of its problems, line and key
 */
export async function parseSettingsFile(path: string, text: string, scope: SettingScope): Promise<SettingsLayer> {
  const plain = parsePlain(text);
  const commented = plain === undefined ? await readCommented(path, text) : undefined;
  const found = canonicalSettings(plain === undefined ? commented?.value : plain.value, scope);
  const problems = [...found.problems, ...problemsOf(found)];
  const needsLines = problems.length > 0 || found.warnings.length > 0 || plain?.repeats === true;
  const source = commented ?? (needsLines ? await readCommented(path, text) : undefined);
  if (problems.length > 0) throw unusable(path, inOrder(problems, source));
  return { values: found.values, notes: notesOf(path, found, source) };
}

/**
 * Checks settings that stand inside another file.
 * @throws WacsError ConfigurationError naming the file and the keys
 */
export function parseNestedSettings(path: string, content: unknown, scope: SettingScope): SettingsLayer {
  const found = canonicalSettings(content, scope);
  const within = (text: PlacedText): PlacedText => ({ ...text, place: ['settings', ...text.place] });
  const problems = [...found.problems, ...problemsOf(found)].map((problem) => located(within(problem), undefined));
  if (problems.length > 0) throw unusable(path, [problems.join('; ')]);
  const { values, warnings, remarks } = found;
  return { values, notes: notesOf(path, { warnings: warnings.map(within), remarks: remarks.map(within) }, undefined) };
}

/** Settings out of layers, later ones counting more, and defaults. */
export function mergeSettings(layers: readonly SettingsLayer[]): v.InferOutput<typeof settingsSchema> {
  return v.parse(
    settingsSchema,
    layers.reduce<SettingsValues>((all, { values }) => merged(all, values), {}),
  );
}

/** `JSON.parse` is at hand and fast, but knows no comments, no lines, and nothing of names that stand twice. */
function parsePlain(text: string): { readonly value: unknown; readonly repeats: boolean } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, deepest) ? undefined : { value, repeats: countNames(text) > countKeys(value) };
  } catch {
    return undefined;
  }
}

function countNames(json: string): number {
  return json.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g)?.filter((token) => token.endsWith(':')).length ?? 0;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, item) => sum + countKeys(item), own);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

async function readCommented(path: string, text: string): Promise<CommentedJson> {
  const { depthOf, readCommentedJson } = await import('./commented-json.ts');
  if (text.trim() === '') throw unusable(path, ['the file is empty']);
  if (depthOf(text) > deepest) throw unusable(path, [`its values are nested more than ${deepest} levels deep`]);
  const source = readCommentedJson(text);
  if (source.faults.length === 0) return source;
  throw unusable(
    path,
    source.faults.map(({ line, text: fault }) => `line ${line}: ${fault}`),
  );
}

function problemsOf({ values, places }: CanonicalSettings): readonly PlacedText[] {
  const checked = v.safeParse(settingsSchema, values, { abortPipeEarly: true });
  return (checked.issues ?? []).map((issue) => {
    const keys = (issue.path ?? []).map(({ key }) => String(key));
    const length = keys.findIndex((_, index) => places.has(keys.slice(0, index + 1).join('.'))) + 1;
    const place = places.get(keys.slice(0, length).join('.')) ?? keys.slice(0, length);
    return { place: [...place, ...keys.slice(length)], text: describeIssue(issue) };
  });
}

function notesOf(
  path: string,
  { warnings, remarks }: Pick<CanonicalSettings, 'warnings' | 'remarks'>,
  source: CommentedJson | undefined,
): readonly SettingsNote[] {
  const repeated = source?.repeated ?? [];
  return [
    ...warnings.map((warning) => located(warning, source)).map(warningOf),
    ...repeated.map(({ place, line }) =>
      warningOf(`line ${line}, "${place.join('.')}" stands there twice; the last one counts`),
    ),
    ...remarks.map((remark) => ({ level: 'verbose' as const, message: `${path}, ${located(remark, undefined)}` })),
  ];

  function warningOf(text: string): SettingsNote {
    return { level: 'warning', message: `${path}, ${text}` };
  }
}

function located({ place, text }: PlacedText, source: CommentedJson | undefined): string {
  const line = source === undefined ? '' : `line ${source.lineOf(place)}`;
  if (place.length === 0) return [line, text].filter(Boolean).join(': ');
  return `${line === '' ? '' : `${line}, `}"${place.join('.')}" ${text}`;
}

function inOrder(problems: readonly PlacedText[], source: CommentedJson | undefined): readonly string[] {
  const line = ({ place }: PlacedText): number => source?.lineOf(place) ?? 0;
  return problems.toSorted((left, right) => line(left) - line(right)).map((problem) => located(problem, source));
}

function unusable(path: string, problems: readonly string[]): WacsError {
  const hint = 'Correct the file; wacs --settingsschema prints what may stand in it.';
  const [only, ...more] = problems;
  if (more.length === 0) return new WacsError('ConfigurationError', `cannot use ${path}: ${only}`, { hint });
  return new WacsError('ConfigurationError', `cannot use ${path}: it has ${problems.length} problems`, {
    failures: problems.map((problem) => new WacsError('ConfigurationError', problem)),
    hint,
  });
}

function merged(below: SettingsValues, above: SettingsValues): SettingsValues {
  const both = Object.entries(above).map(([name, value]) => {
    const other = below[name];
    return [name, isValues(value) && isValues(other) ? merged(other, value) : value];
  });
  return { ...below, ...Object.fromEntries(both) };
}

function isValues(value: unknown): value is SettingsValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
