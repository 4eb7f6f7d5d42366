import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { refuse } from '../problem.ts';
import { resourceUrl } from '../resources.ts';
import type { FakeAcmeState } from '../state.ts';

/** The directory (RFC 8555 section 7.1.1, RFC 9773 section 3). */
export function directory(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  if (request.method !== 'GET') throw refuse('malformed', 405, `${request.method} is not allowed`);
  const kinds = ['newNonce', 'newAccount', 'newOrder', 'revokeCert', 'keyChange', 'renewalInfo'] as const;
  const urls = Object.fromEntries(kinds.map((kind) => [kind, resourceUrl(state, kind)]));
  // Let's Encrypt adds such a member so that clients learn to live with unknown ones.
  return json(200, { ...urls, meta: state.settings.meta, x7Jd0mQ2: 'https://ca.example/unknown-directory-member' });
}
