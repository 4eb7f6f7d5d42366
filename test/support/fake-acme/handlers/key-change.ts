import { type JsonObject, parseJsonObject } from '../json.ts';
import { type Jwk, parseJwk } from '../jwk.ts';
import { parseJws, verifyJws } from '../jws.ts';
import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { problem, Refusal, refuse } from '../problem.ts';
import { resourceUrl } from '../resources.ts';
import { verifyByAccount } from '../signed-request.ts';
import type { FakeAccount, FakeAcmeState } from '../state.ts';
import { findByKey, showAccount } from './new-account.ts';

/** keyChange: the outer JWS is by the old key, its payload is a JWS by the new one (RFC 8555 section 7.3.5). */
export function keyChange(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const { account, payload } = verifyByAccount(state, request);
  const jwk = openInner(state, request, account, payload ?? {});
  const owner = findByKey(state, jwk);
  if (owner !== undefined) {
    const headers = { Location: resourceUrl(state, 'account', owner.id) };
    throw new Refusal(problem('conflict', 409, 'the new key belongs to an account already'), headers);
  }
  account.jwk = jwk;
  return json(200, showAccount(account));
}

function openInner(state: FakeAcmeState, request: FakeRequest, account: FakeAccount, payload: JsonObject): Jwk {
  const inner = parseJws(payload);
  const jwk = parseJwk(inner.header.jwk);
  verifyJws(inner, jwk);
  if (inner.header.url !== request.url) throw refuse('malformed', 400, 'inner and outer url differ');
  if ('nonce' in inner.header) throw refuse('malformed', 400, 'the inner JWS has a nonce');
  const change = parseJsonObject(inner.payload, 'the inner payload');
  if (change.account !== resourceUrl(state, 'account', account.id)) {
    throw refuse('malformed', 400, 'the inner payload names another account');
  }
  if (parseJwk(change.oldKey).thumbprint !== account.jwk.thumbprint) {
    throw refuse('malformed', 400, 'oldKey is not the key of the account');
  }
  return jwk;
}
