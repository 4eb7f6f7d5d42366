import type { FakeRequest, FakeResponse } from '../messages.ts';
import { refuse } from '../problem.ts';
import type { FakeAcmeState } from '../state.ts';

/** newNonce (RFC 8555 section 7.2); the nonce itself is added to every answer that may have one. */
export function nonce(_state: FakeAcmeState, request: FakeRequest): FakeResponse {
  if (request.method === 'HEAD') return { status: 200, headers: {} };
  if (request.method === 'GET') return { status: 204, headers: {} };
  throw refuse('malformed', 405, `${request.method} is not allowed`);
}
