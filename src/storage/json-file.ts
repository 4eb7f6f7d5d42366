import * as v from 'valibot';
import { WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';

/** Version of every state file's format. */
export const schemaVersion = 1;

/** Levels of values in a state file; no file of ours has ten. */
const deepest = 100;

/** A moment stored as an ISO 8601 text. */
export const dateSchema = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'is not a date'),
  v.transform((text) => new Date(text)),
);

/** What is said of a file with another version. */
export const versionText = `must be ${schemaVersion}: the file was written by another version of wacs`;

/** The version field every state file starts with. */
export const versionField = v.literal(schemaVersion, versionText);

/**
 * Parses a state file; unknown fields are the schema's business (`looseObject` keeps them).
 * @throws WacsError ConfigurationError naming file, line or field.
 */
export function parseStateFile<Schema extends v.GenericSchema>(
  path: string,
  text: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, parseJson(path, text));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue);
  throw unreadable(path, field === null ? `${issue.message}` : `field "${field}": ${issue.message}`);
}

/** Reads and parses a state file; undefined when it does not exist. @throws WacsError ConfigurationError. */
export async function readStateFile<Schema extends v.GenericSchema>(
  files: FileStore,
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema> | undefined> {
  const text = await files.readText(path);
  return text === undefined ? undefined : parseStateFile(path, text, schema);
}

/** Text of a state file: indented, with the version first and a newline at the end. */
export function formatStateFile(content: object): string {
  return `${JSON.stringify({ schemaVersion, ...content }, null, 2)}\n`;
}

/** The JSON of a state file, whatever is in it. @throws WacsError ConfigurationError naming file and place. */
export function parseJson(path: string, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(path, describeFault(text));
  }
  if (isDeeper(value, deepest)) throw unreadable(path, `its values are nested more than ${deepest} levels deep`);
  return value;
}

/** V8 reads any depth, but a value of some thousand levels could not be written again. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/** Says where the JSON is broken, without quoting the content, which may be secret. */
function describeFault(text: string): string {
  if (text.trim() === '') return 'the file is empty';
  if (mayGoOn(text)) return 'the JSON ends too early';
  const before = text.slice(0, firstWrongIndex(text)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: not valid JSON`;
}

/** Index of the first character that JSON cannot have there: V8 does not always name it. */
function firstWrongIndex(text: string): number {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** True when the text is the beginning of some JSON: V8 then finds fault with its end only. */
function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined ? message.startsWith('Unexpected end of') : Number(position) >= text.length;
  }
}

function unreadable(path: string, problem: string): WacsError {
  return new WacsError('ConfigurationError', `cannot use ${path}: ${problem}`, {
    hint: 'Correct the file, or restore it from a backup; wacs changes nothing in it until it can be read.',
  });
}
