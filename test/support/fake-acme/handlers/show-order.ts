import { resourceUrl } from '../resources.ts';
import type { FakeAcmeState, FakeOrder } from '../state.ts';

/** The order object (RFC 8555 section 7.1.3). */
export function showOrder(state: FakeAcmeState, order: FakeOrder): object {
  return {
    status: order.status,
    expires: order.expires.toISOString(),
    identifiers: order.identifiers,
    authorizations: order.authorizations.map(({ id }) => resourceUrl(state, 'authz', id)),
    finalize: resourceUrl(state, 'finalize', order.id),
    certificate: order.certificateId && resourceUrl(state, 'certificate', order.certificateId),
    profile: order.profile,
    replaces: order.replaces,
    error: order.error,
  };
}

/** Moves a pending order on when its authorizations allow it (RFC 8555 section 7.1.6). */
export function refreshOrder(order: FakeOrder): void {
  if (order.status !== 'pending') return;
  const statuses = order.authorizations.map(({ status }) => status);
  if (statuses.every((status) => status === 'valid')) order.status = 'ready';
  else if (statuses.some((status) => status !== 'valid' && status !== 'pending')) order.status = 'invalid';
}
