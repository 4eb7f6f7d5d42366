import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { refuse } from '../problem.ts';
import { verifyByAccount } from '../signed-request.ts';
import { type FakeAcmeState, type FakeAuthorization, findOwned } from '../state.ts';
import { showChallenge } from './challenge.ts';

/** Reads or deactivates an authorization (RFC 8555 sections 7.5, 7.5.2). */
export function authz(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const { account, payload } = verifyByAccount(state, request);
  const authorization = findOwned(state.authorizations, request.id, account);
  if (payload !== undefined) deactivate(authorization, payload.status);
  const retryAfter = authorization.status === 'pending' ? state.settings.pollRetryAfter : undefined;
  const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
  return json(200, showAuthorization(state, authorization), headers);
}

function deactivate(authorization: FakeAuthorization, status: unknown): void {
  if (status !== 'deactivated') throw refuse('malformed', 400, 'an authorization can only be deactivated');
  if (authorization.status !== 'pending' && authorization.status !== 'valid') {
    throw refuse('malformed', 400, `the authorization is ${authorization.status} already`);
  }
  authorization.status = 'deactivated';
}

/** The authorization object (RFC 8555 section 7.1.4). */
function showAuthorization(state: FakeAcmeState, authorization: FakeAuthorization): object {
  return {
    identifier: authorization.identifier,
    status: authorization.status,
    expires: authorization.expires.toISOString(),
    challenges: authorization.challenges.map((challenge) => showChallenge(state, challenge)),
    wildcard: authorization.wildcard || undefined,
  };
}
