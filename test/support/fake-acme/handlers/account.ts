import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { refuse } from '../problem.ts';
import { verifyByAccount } from '../signed-request.ts';
import type { FakeAcmeState } from '../state.ts';
import { readContact, showAccount } from './new-account.ts';

/** Reads, updates or deactivates an account (RFC 8555 sections 7.3.2, 7.3.6). */
export function account(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const { account: own, payload } = verifyByAccount(state, request);
  if (own.id !== request.id) throw refuse('unauthorized', 403, 'the account URL belongs to another key');
  if (payload?.contact !== undefined) own.contact = readContact(payload.contact);
  if (payload?.status === 'deactivated') own.status = 'deactivated';
  else if (payload?.status !== undefined && payload.status !== own.status) {
    throw refuse('malformed', 400, `an account cannot be made ${String(payload.status)}`);
  }
  return json(200, showAccount(own));
}
