import { domainToASCII, domainToUnicode } from 'node:url';
import { WacsError } from './errors.ts';

/** An ACME identifier (RFC 8555 section 9.7.7, RFC 8738 for addresses). */
export interface Identifier {
  readonly type: 'dns' | 'ip';
  /** DNS names in lower-case A-label form; addresses in their canonical text form. */
  readonly value: string;
}

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
/** What `domainToASCII` takes for the rest of an address, or drops, in place of refusing it. */
const urlSyntax = /[\s%/\\?#@:]/;
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;

/**
 * Reads a host name or address as given on the command line. International names become A-labels (RFC 5891); one
 * leading `*.` is allowed.
 * @throws WacsError SourceError when the text is neither.
 */
export function parseIdentifier(text: string): Identifier {
  const trimmed = text.trim();
  const address = parseAddress(trimmed);
  if (address !== undefined) return { type: 'ip', value: address };
  return { type: 'dns', value: parseDnsName(trimmed) };
}

/** True for names such as `*.example.com`. */
export function isWildcard(identifier: Identifier): boolean {
  return identifier.type === 'dns' && identifier.value.startsWith('*.');
}

/** The form people read: international names as Unicode. */
export function displayName(identifier: Identifier): string {
  if (identifier.type === 'ip') return identifier.value;
  const wildcard = isWildcard(identifier);
  const unicode = domainToUnicode(wildcard ? identifier.value.slice(2) : identifier.value);
  return `${wildcard ? '*.' : ''}${unicode === '' ? identifier.value : unicode}`;
}

/** The identifiers in their order, each once. */
export function uniqueIdentifiers(identifiers: readonly Identifier[]): readonly Identifier[] {
  return [...new Map(identifiers.map((identifier) => [`${identifier.type}:${identifier.value}`, identifier])).values()];
}

/** True when both lists hold the same identifiers, in any order. */
export function sameIdentifiers(left: readonly Identifier[], right: readonly Identifier[]): boolean {
  const keys = (list: readonly Identifier[]) =>
    [...new Set(list.map((item) => `${item.type}:${item.value}`))].sort().join();
  return keys(left) === keys(right);
}

/** An IPv4 or IPv6 address, the latter with or without brackets, in its canonical form; undefined for anything else. */
export function parseAddress(text: string): string | undefined {
  if (ipv4.test(text)) return text;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (!bare.includes(':') || !URL.canParse(`http://[${bare}]/`)) return undefined;
  return new URL(`http://[${bare}]/`).hostname.slice(1, -1);
}

function parseDnsName(text: string): string {
  const wildcard = text.startsWith('*.');
  const name = domainToASCII((wildcard ? text.slice(2) : text).replace(/\.$/, '')).toLowerCase();
  const labels = name.split('.');
  if (urlSyntax.test(text) || name.length > 253 || !labels.every((part) => label.test(part))) throw invalidName(text);
  if (ipv4.test(name)) throw invalidName(text);
  if (wildcard && labels.length < 2) throw invalidName(text);
  return wildcard ? `*.${name}` : name;
}

function invalidName(text: string): WacsError {
  const shown = text === '' ? 'an empty name' : `"${text}"`;
  return new WacsError('SourceError', `cannot use ${shown} as a host: it is neither a DNS name nor an IP address`, {
    hint: 'Give full names such as www.example.com, separated by commas, without http:// and without a port.',
  });
}
