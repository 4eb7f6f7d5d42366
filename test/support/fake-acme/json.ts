import { refuse } from './problem.ts';

/** A JSON object whose members are yet to be looked at. */
export type JsonObject = { readonly [name: string]: unknown };

/** Parses text that must hold a JSON object. @throws Refusal malformed; `what` names the text. */
export function parseJsonObject(text: string, what: string): JsonObject {
  return asObject(parseJson(text, what), what);
}

/** @throws Refusal malformed when the value is no object. */
export function asObject(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw refuse('malformed', 400, `${what} is not a JSON object`);
  return value;
}

/** @throws Refusal malformed when the value is no string. */
export function asString(value: unknown, what: string): string {
  if (typeof value !== 'string') throw refuse('malformed', 400, `${what} is not a string`);
  return value;
}

/** @throws Refusal malformed when the value is no array. */
export function asArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse('malformed', 400, `${what} is not an array`);
  return value;
}

/** Decodes unpadded base64url, strictly (RFC 8555 section 6.1). @throws Refusal malformed. */
export function decodeBase64Url(value: unknown, what: string): Buffer {
  const text = asString(value, what);
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw refuse('malformed', 400, `${what} is not base64url without padding`);
  return Buffer.from(text, 'base64url');
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('malformed', 400, `${what} is not JSON`);
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
