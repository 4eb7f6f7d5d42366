import { isIP } from 'node:net';
import { asArray, asObject, asString } from './json.ts';
import { type FakeIdentifier, problem, Refusal, refuse } from './problem.ts';

const dnsName = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads the identifiers of a newOrder. @throws Refusal malformed, unsupportedIdentifier, rejectedIdentifier. */
export function readIdentifiers(value: unknown): readonly FakeIdentifier[] {
  const identifiers = asArray(value, 'identifiers').map(readIdentifier);
  if (identifiers.length === 0) throw refuse('malformed', 400, 'the order has no identifiers');
  const bad = identifiers.filter((identifier) => !isAcceptable(identifier));
  if (bad.length > 0) throw rejected(bad);
  return identifiers;
}

/** Text that is equal for equal identifiers; addresses are compared in canonical form. */
export function identifierKey({ type, value }: FakeIdentifier): string {
  return `${type}:${type === 'ip' && isIP(value) === 6 ? new URL(`http://[${value}]`).hostname : value.toLowerCase()}`;
}

/** True when both lists hold the same identifiers, in any order. */
export function sameIdentifiers(left: readonly FakeIdentifier[], right: readonly FakeIdentifier[]): boolean {
  const keys = (identifiers: readonly FakeIdentifier[]) => [...new Set(identifiers.map(identifierKey))].sort().join();
  return keys(left) === keys(right);
}

function readIdentifier(value: unknown): FakeIdentifier {
  const { type, value: name } = asObject(value, 'identifier');
  const identifier = { type: asString(type, 'identifier.type'), value: asString(name, 'identifier.value') };
  if (!['dns', 'ip'].includes(identifier.type)) {
    throw refuse('unsupportedIdentifier', 400, `identifiers of type ${identifier.type} are not supported`);
  }
  return identifier;
}

function isAcceptable({ type, value }: FakeIdentifier): boolean {
  return type === 'ip' ? isIP(value) !== 0 : dnsName.test(value);
}

function rejected(identifiers: readonly FakeIdentifier[]): Refusal {
  const subproblems = identifiers.map((identifier) => ({
    ...problem('rejectedIdentifier', 400, `${identifier.value} is not a name this CA issues for`),
    identifier,
  }));
  const detail = `cannot issue for ${identifiers.map(({ value }) => value).join(', ')}`;
  return new Refusal({ ...problem('rejectedIdentifier', 400, detail), subproblems });
}
