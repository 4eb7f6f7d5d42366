import { XMLParser } from 'fast-xml-parser';
import type { HttpResponse } from '../../../core/ports.ts';
import { UnreadableReply } from '../dns-api.ts';
import { bodyText, valueAt } from '../dns-api-reply.ts';

/** Numbers stay text, and character references are resolved. */
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, htmlEntities: true });

/**
 * An XML answer as nested objects: elements by name, repeated ones as lists, texts as strings. Document types are
 * refused, so there are no entities to expand.
 * @throws UnreadableReply when it is no such document.
 */
export function readXml(response: HttpResponse): unknown {
  const text = bodyText(response);
  if (text.includes('<!DOCTYPE')) throw new UnreadableReply('the body has a document type');
  try {
    return parser.parse(text, true);
  } catch {
    throw new UnreadableReply('the body is not XML');
  }
}

/** The same; undefined when it is no such document, such as the error page of a gateway. */
export function xmlOrNothing(response: HttpResponse): unknown {
  try {
    return readXml(response);
  } catch {
    return undefined;
  }
}

/** Elements of one name at a path: none, one or many. */
export function elementsAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

/** Text made fit for the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
