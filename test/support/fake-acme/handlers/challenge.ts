import { validateHttp01 } from '../http-01.ts';
import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { type Problem, problem, refuse } from '../problem.ts';
import { resourceUrl } from '../resources.ts';
import { verifyByAccount } from '../signed-request.ts';
import type { FakeAccount, FakeAcmeState, FakeAuthorization, FakeChallenge } from '../state.ts';

/** Reads a challenge, or starts its validation when the payload is `{}` (RFC 8555 section 7.5.1). */
export function challenge(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const { account, payload } = verifyByAccount(state, request);
  const { authorization, found } = findChallenge(state, request.id, account);
  if (payload !== undefined) {
    if (Object.keys(payload).length > 0) throw refuse('malformed', 400, 'the answer to a challenge must be {}');
    start(state, account, { authorization, challenge: found });
  }
  const up = `<${resourceUrl(state, 'authz', authorization.id)}>;rel="up"`;
  return json(200, showChallenge(state, found), { Link: up });
}

/** The challenge object (RFC 8555 section 7.1.5). */
export function showChallenge(state: FakeAcmeState, { id, ...rest }: FakeChallenge): object {
  return { url: resourceUrl(state, 'challenge', id), ...rest };
}

interface Attempt {
  readonly authorization: FakeAuthorization;
  readonly challenge: FakeChallenge;
}

function findChallenge(state: FakeAcmeState, id: string, account: FakeAccount) {
  for (const authorization of state.authorizations.values()) {
    const found = authorization.challenges.find((candidate) => candidate.id === id);
    if (found === undefined) continue;
    if (authorization.accountId !== account.id) throw refuse('unauthorized', 403, 'the challenge is not yours');
    return { authorization, found };
  }
  throw refuse('malformed', 404, `no such challenge: ${id}`);
}

/** Validates in the background; a challenge that was answered before is left alone. */
function start(state: FakeAcmeState, account: FakeAccount, attempt: Attempt): void {
  if (attempt.challenge.status !== 'pending' || attempt.authorization.status !== 'pending') return;
  attempt.challenge.status = 'processing';
  validate(state, account, attempt).then((error) => settle(attempt, error));
}

async function validate(state: FakeAcmeState, account: FakeAccount, attempt: Attempt): Promise<Problem | undefined> {
  const { type, token } = attempt.challenge;
  if (state.settings.alwaysValid) return undefined;
  if (type !== 'http-01') return problem('unauthorized', 403, `this CA cannot check ${type}`);
  const expected = `${token}.${account.jwk.thumbprint}`;
  return validateHttp01(state, attempt.authorization.identifier.value, { token, expected });
}

function settle({ authorization, challenge: settled }: Attempt, error: Problem | undefined): void {
  settled.status = error === undefined ? 'valid' : 'invalid';
  if (error === undefined) settled.validated = new Date().toISOString();
  else settled.error = error;
  if (authorization.status === 'pending') authorization.status = settled.status;
}
