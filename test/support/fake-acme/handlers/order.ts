import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { refuse } from '../problem.ts';
import { verifyByAccount } from '../signed-request.ts';
import { type FakeAcmeState, type FakeOrder, findOwned } from '../state.ts';
import { settleOrder } from './settle-order.ts';
import { refreshOrder, showOrder } from './show-order.ts';

/** Reads an order; each look brings one in `processing` nearer to its end. */
export async function order(state: FakeAcmeState, request: FakeRequest): Promise<FakeResponse> {
  const { account, payload } = verifyByAccount(state, request);
  if (payload !== undefined) throw refuse('malformed', 400, 'an order is read with an empty payload');
  const found = findOwned(state.orders, request.id, account);
  refreshOrder(found);
  if (found.status === 'processing') await settleOrder(state, found);
  return json(200, showOrder(state, found), pollHeaders(state, found));
}

/** `Retry-After` for orders that are not done. */
export function pollHeaders(state: FakeAcmeState, { status }: FakeOrder): Readonly<Record<string, string>> {
  const { processing, pollRetryAfter } = state.settings;
  if (status !== 'pending' && status !== 'processing') return {};
  const retryAfter = status === 'processing' ? (processing?.retryAfter ?? pollRetryAfter) : pollRetryAfter;
  return retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
}
