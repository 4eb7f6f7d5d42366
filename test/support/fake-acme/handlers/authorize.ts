import { randomBytes } from 'node:crypto';
import { identifierKey } from '../identifiers.ts';
import type { FakeIdentifier } from '../problem.ts';
import { type FakeAccount, type FakeAcmeState, type FakeAuthorization, newId } from '../state.ts';

const week = 7 * 86_400_000;

/** Makes the authorization of a name, or gives a valid one again where the settings say so. */
export function authorize(state: FakeAcmeState, account: FakeAccount, identifier: FakeIdentifier): FakeAuthorization {
  const wildcard = identifier.value.startsWith('*.');
  const base = { type: identifier.type, value: wildcard ? identifier.value.slice(2) : identifier.value };
  const reused = findValid(state, account, { identifier: base, wildcard });
  if (reused !== undefined) return reused;
  const authorization: FakeAuthorization = {
    id: newId(),
    accountId: account.id,
    identifier: base,
    wildcard,
    expires: new Date(Date.now() + week),
    challenges: challengeTypes(state, { identifier: base, wildcard }).map((type) => ({
      id: newId(),
      type,
      token: randomBytes(32).toString('base64url'),
      status: 'pending',
    })),
    status: 'pending',
  };
  state.authorizations.set(authorization.id, authorization);
  return authorization;
}

type Subject = Pick<FakeAuthorization, 'identifier' | 'wildcard'>;

function findValid(state: FakeAcmeState, account: FakeAccount, subject: Subject): FakeAuthorization | undefined {
  if (!state.settings.reuseAuthorizations) return undefined;
  return [...state.authorizations.values()].find(
    (candidate) =>
      candidate.accountId === account.id &&
      candidate.status === 'valid' &&
      candidate.wildcard === subject.wildcard &&
      identifierKey(candidate.identifier) === identifierKey(subject.identifier),
  );
}

/** Wildcards are proven by DNS alone (RFC 8555 section 8.3), addresses never by DNS (RFC 8738 section 7). */
function challengeTypes(state: FakeAcmeState, { identifier, wildcard }: Subject): readonly string[] {
  return state.settings.challengeTypes.filter((type) => {
    const isDns = type.startsWith('dns-');
    return (!wildcard || isDns) && (identifier.type !== 'ip' || !isDns);
  });
}
