import { type Identifier, isWildcard } from '../../core/identifier.ts';

/** Why a name cannot be validated by http-01 (RFC 8555 section 8.3); undefined when it can. */
export function httpRefusal(identifier: Identifier): string | undefined {
  return wildcardRefusal(identifier, 'http-01');
}

/** Why a name cannot be validated by a server that answers for it; undefined when it can. */
export function wildcardRefusal(identifier: Identifier, challengeType: string): string | undefined {
  return isWildcard(identifier)
    ? `wildcard names can only be validated by dns-01 and dns-persist-01, not by ${challengeType}`
    : undefined;
}
