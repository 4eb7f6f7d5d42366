import type { HttpResponse } from '../../core/ports.ts';
import { UnreadableReply } from './dns-api.ts';

/** The body as text. */
export function bodyText({ body }: HttpResponse): string {
  return new TextDecoder().decode(body);
}

/** The body parsed as JSON. @throws UnreadableReply when it is no JSON. */
export function readJson(response: HttpResponse): unknown {
  try {
    return JSON.parse(bodyText(response));
  } catch {
    throw new UnreadableReply('the body is not JSON');
  }
}

/** The body parsed as JSON; undefined when it is none, such as the error page of a gateway. */
export function jsonOrNothing(response: HttpResponse): unknown {
  try {
    return readJson(response);
  } catch {
    return undefined;
  }
}

/** The value at a path of names; undefined when there is none. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}

/** The text at a path of names; undefined when there is none, or something else. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The text at a path of names. @throws UnreadableReply when there is none. */
export function requireText(value: unknown, ...path: readonly string[]): string {
  const text = textAt(value, ...path);
  if (text !== undefined && text !== '') return text;
  throw new UnreadableReply(`it has no "${path.join('.')}"`);
}

/** The list at a path of names; empty when there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The list at a path of names. @throws UnreadableReply when there is none. */
export function requireList(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  if (Array.isArray(found)) return found;
  throw new UnreadableReply(`it has no list "${path.join('.')}"`);
}
