import * as v from 'valibot';
import { WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';

/** Version of every state file's format. */
export const schemaVersion = 1;

/** A moment stored as an ISO 8601 text. */
export const dateSchema = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'is not a date'),
  v.transform((text) => new Date(text)),
);

/** The version field every state file starts with. */
export const versionField = v.literal(
  schemaVersion,
  `must be ${schemaVersion}: the file was written by another version of wacs`,
);

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

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(path, error instanceof Error ? positionOf(error.message, text) : 'is not JSON');
  }
}

/** Turns V8's position into a line, without quoting the content, which may be secret. */
function positionOf(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) return text.trim() === '' ? 'the file is empty' : 'the JSON ends too early';
  const before = text.slice(0, Number(position)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: not valid JSON`;
}

function unreadable(path: string, problem: string): WacsError {
  return new WacsError('ConfigurationError', `cannot use ${path}: ${problem}`, {
    hint: 'Correct the file, or restore it from a backup; wacs changes nothing in it until it can be read.',
  });
}
