import type { FakeAcmeState, FakeOrder } from '../state.ts';

/** Ends an order in `processing` when it has been seen often enough: with a certificate, or as the settings say. */
export async function settleOrder(state: FakeAcmeState, order: FakeOrder): Promise<void> {
  if (order.pollsLeft > 0) {
    order.pollsLeft -= 1;
    return;
  }
  const failure = state.settings.processing?.failure;
  if (failure === undefined) return issueCertificate(state, order);
  order.status = 'invalid';
  order.error = failure;
}

async function issueCertificate(state: FakeAcmeState, order: FakeOrder): Promise<void> {
  if (order.requestedKey === undefined) throw new Error(`order ${order.id} has no request`);
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);
  const validity = { notBefore, notAfter: new Date(notBefore.getTime() + state.settings.lifetimeSeconds * 1000) };
  const { accountId, identifiers, requestedKey: publicKey } = order;
  const leaf = await state.issuer.issue({ publicKey, identifiers, ...validity });
  const { serial: id, der, renewalId, chains } = leaf;
  state.certificates.set(id, { id, der, renewalId, chains, accountId, identifiers, publicKey, ...validity });
  order.certificateId = id;
  order.status = 'valid';
}
