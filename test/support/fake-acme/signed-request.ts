import { type JsonObject, parseJsonObject } from './json.ts';
import { type Jwk, parseJwk } from './jwk.ts';
import { type Jws, parseJws, verifyJws } from './jws.ts';
import type { FakeRequest } from './messages.ts';
import { refuse } from './problem.ts';
import { idFromUrl } from './resources.ts';
import type { FakeAccount, FakeAcmeState } from './state.ts';

/** A request signed by an account's key. */
export interface AccountRequest {
  readonly account: FakeAccount;
  /** Undefined for POST-as-GET. */
  readonly payload: JsonObject | undefined;
}

/** A request signed by a key that came with it. */
export interface KeyRequest {
  readonly jwk: Jwk;
  readonly payload: JsonObject | undefined;
}

/** Verifies a request that must name its account by `kid` (RFC 8555 section 6.2). @throws Refusal. */
export function verifyByAccount(state: FakeAcmeState, request: FakeRequest): AccountRequest {
  const jws = openRequest(state, request);
  if ('jwk' in jws.header) throw refuse('malformed', 400, 'this resource wants kid in the JWS header, not jwk');
  const account = findAccount(state, jws.header.kid);
  verifyJws(jws, account.jwk);
  if (account.status !== 'valid') throw refuse('unauthorized', 401, `the account is ${account.status}`);
  return { account, payload: payloadOf(jws) };
}

/** Verifies a request that must carry its key as `jwk`. @throws Refusal. */
export function verifyByKey(state: FakeAcmeState, request: FakeRequest): KeyRequest {
  const jws = openRequest(state, request);
  if ('kid' in jws.header) throw refuse('malformed', 400, 'this resource wants jwk in the JWS header, not kid');
  const jwk = parseJwk(jws.header.jwk);
  verifyJws(jws, jwk);
  return { jwk, payload: payloadOf(jws) };
}

/** True when the request carries its key; for revokeCert, which takes both. @throws Refusal malformed. */
export function isSignedByKey(request: FakeRequest): boolean {
  return 'jwk' in parseJws(request.body).header;
}

/** Spends the nonce of a request that is refused without being looked at. */
export function burnNonce(state: FakeAcmeState, request: FakeRequest): void {
  const nonce = readHeader(request)?.nonce;
  if (typeof nonce === 'string') state.nonces.delete(nonce);
}

/** The protected header of a request; undefined when it is not signed. */
export function readHeader(request: Pick<FakeRequest, 'body'>): JsonObject | undefined {
  try {
    return parseJws(request.body).header;
  } catch {
    return undefined;
  }
}

/** Decoded JSON payload for the request log; undefined when there is none. */
export function readPayload(request: Pick<FakeRequest, 'body'>): JsonObject | undefined {
  try {
    return payloadOf(parseJws(request.body));
  } catch {
    return undefined;
  }
}

function openRequest(state: FakeAcmeState, request: FakeRequest): Jws {
  if (request.method !== 'POST') throw refuse('malformed', 405, `${request.method} is not allowed, this needs a POST`);
  if (request.headers['content-type'] !== 'application/jose+json') {
    throw refuse('malformed', 415, 'the content type is not application/jose+json');
  }
  const jws = parseJws(request.body);
  spendNonce(state, jws);
  if (jws.header.url !== request.url) {
    throw refuse('unauthorized', 401, `the signed url ${String(jws.header.url)} is not ${request.url}`);
  }
  if ('kid' in jws.header === 'jwk' in jws.header) {
    throw refuse('malformed', 400, 'the JWS header needs either kid or jwk');
  }
  return jws;
}

function spendNonce(state: FakeAcmeState, jws: Jws): void {
  const { nonce } = jws.header;
  if (typeof nonce !== 'string' || nonce === '') throw refuse('badNonce', 400, 'the JWS has no nonce');
  if (!state.nonces.delete(nonce)) throw refuse('badNonce', 400, `the nonce is unknown or used: ${nonce}`);
  if (Math.random() * 100 < state.settings.nonceReject)
    throw refuse('badNonce', 400, 'a good nonce, refused by chance');
}

function findAccount(state: FakeAcmeState, kid: unknown): FakeAccount {
  const account = state.accounts.get(idFromUrl(state, 'account', kid) ?? '');
  if (account === undefined) throw refuse('accountDoesNotExist', 400, `no such account: ${String(kid)}`);
  return account;
}

function payloadOf(jws: Jws): JsonObject | undefined {
  return jws.payload === '' ? undefined : parseJsonObject(jws.payload, 'the payload');
}
