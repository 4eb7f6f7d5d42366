import { stripVTControlCharacters } from 'node:util';

/** Control characters except tab and line feed, line separators, and marks that turn the reading direction. */
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that cannot steer a terminal: escape sequences are dropped, other control characters become `\uXXXX`; only tab
 * and line feed stay (CR LF becomes LF).
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll(unsafe, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
