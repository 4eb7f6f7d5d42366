import { account } from './handlers/account.ts';
import { authz } from './handlers/authz.ts';
import { certificate } from './handlers/certificate.ts';
import { challenge } from './handlers/challenge.ts';
import { directory } from './handlers/directory.ts';
import { finalize } from './handlers/finalize.ts';
import { keyChange } from './handlers/key-change.ts';
import { newAccount } from './handlers/new-account.ts';
import { newOrder } from './handlers/new-order.ts';
import { nonce } from './handlers/nonce.ts';
import { order } from './handlers/order.ts';
import { renewalInfo } from './handlers/renewal-info.ts';
import { revoke } from './handlers/revoke.ts';
import type { FakeRequest, FakeResponse } from './messages.ts';
import { type Problem, problem, Refusal } from './problem.ts';
import { type ResourceKind, resourceUrl } from './resources.ts';
import { type FakeAcmeState, newNonce } from './state.ts';

type Handler = (state: FakeAcmeState, request: FakeRequest) => FakeResponse | Promise<FakeResponse>;

const handlers: Readonly<Record<ResourceKind, Handler>> = {
  directory,
  newNonce: nonce,
  newAccount,
  account,
  newOrder,
  order,
  authz,
  challenge,
  finalize,
  certificate,
  renewalInfo,
  revokeCert: revoke,
  keyChange,
};

/** Answers a request without any network: handler, problem documents, common headers. Never throws a Refusal. */
export async function dispatch(state: FakeAcmeState, request: FakeRequest): Promise<FakeResponse> {
  return withCommonHeaders(state, request, await runHandler(state, request));
}

/** Adds what every answer of the CA has: a fresh nonce and `Link: rel="index"` (RFC 8555 sections 6.5 and 7.1). */
export function withCommonHeaders(
  state: FakeAcmeState,
  request: Pick<FakeRequest, 'kind' | 'method'>,
  response: FakeResponse,
): FakeResponse {
  const takesNonce = request.method === 'POST' || request.kind === 'newNonce';
  const index = request.kind === 'directory' ? [] : [`<${resourceUrl(state, 'directory')}>;rel="index"`];
  const links = [...index, ...[response.headers.Link ?? []].flat()];
  const headers = {
    'Cache-Control': 'public, max-age=0, no-cache',
    ...response.headers,
    ...(links.length === 0 ? {} : { Link: links }),
    ...(takesNonce ? { 'Replay-Nonce': newNonce(state) } : {}),
  };
  return { ...response, headers };
}

/** The answer that carries a problem document. */
export function problemResponse(body: Problem, headers: FakeResponse['headers'] = {}): FakeResponse {
  return { status: body.status, headers: { 'Content-Type': 'application/problem+json', ...headers }, body };
}

async function runHandler(state: FakeAcmeState, request: FakeRequest): Promise<FakeResponse> {
  try {
    if (!request.headers['user-agent']) throw new Refusal(problem('malformed', 400, 'the request has no User-Agent'));
    return await handlers[request.kind](state, request);
  } catch (error) {
    if (error instanceof Refusal) return problemResponse(error.problem, error.headers);
    return problemResponse(problem('serverInternal', 500, `the fake CA failed: ${String(error)}`));
  }
}
