import type { KeyObject } from 'node:crypto';
import { readCsr } from '../csr.ts';
import { sameIdentifiers } from '../identifiers.ts';
import { decodeBase64Url } from '../json.ts';
import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { refuse } from '../problem.ts';
import { resourceUrl } from '../resources.ts';
import { verifyByAccount } from '../signed-request.ts';
import { type FakeAccount, type FakeAcmeState, type FakeOrder, findOwned } from '../state.ts';
import { pollHeaders } from './order.ts';
import { settleOrder } from './settle-order.ts';
import { refreshOrder, showOrder } from './show-order.ts';

/** finalize (RFC 8555 section 7.4); with `processing` in the settings the order goes on in the background. */
export async function finalize(state: FakeAcmeState, request: FakeRequest): Promise<FakeResponse> {
  const { account, payload } = verifyByAccount(state, request);
  const order = findOwned(state.orders, request.id, account);
  refreshOrder(order);
  if (order.status !== 'ready') throw refuse('orderNotReady', 403, `the order is ${order.status}, not ready`);
  const csr = decodeBase64Url(payload?.csr, 'csr');
  order.requestedKey = await checkCsr(csr, { order, account, blocked: state.blockedKeys });
  await startProcessing(state, order);
  const headers = { Location: resourceUrl(state, 'order', order.id), ...pollHeaders(state, order) };
  return json(200, showOrder(state, order), headers);
}

async function checkCsr(
  csr: Buffer,
  { order, account, blocked }: { order: FakeOrder; account: FakeAccount; blocked: ReadonlySet<string> },
): Promise<Buffer> {
  const { identifiers, key } = await readCsr(csr);
  if (!sameIdentifiers(identifiers, order.identifiers)) {
    throw refuse('badCSR', 400, 'the names of the CSR are not those of the order');
  }
  requireGoodKey(key);
  if (key.equals(account.jwk.key)) throw refuse('badPublicKey', 400, 'the key of the CSR is the key of the account');
  const spki = key.export({ type: 'spki', format: 'der' });
  if (blocked.has(spki.toString('hex'))) throw refuse('badPublicKey', 400, 'the key of the CSR is compromised');
  return spki;
}

/** The sizes Let's Encrypt takes. */
function requireGoodKey({ asymmetricKeyDetails: details }: KeyObject): void {
  const isGoodCurve = details?.namedCurve === 'prime256v1' || details?.namedCurve === 'secp384r1';
  const isGoodModulus = [2048, 3072, 4096].includes(details?.modulusLength ?? 0);
  if (!isGoodCurve && !isGoodModulus) {
    throw refuse('badPublicKey', 400, 'the key of the CSR must be P-256, P-384 or RSA of 2048, 3072 or 4096 bits');
  }
}

async function startProcessing(state: FakeAcmeState, order: FakeOrder): Promise<void> {
  order.status = 'processing';
  if (state.settings.processing === undefined) return settleOrder(state, order);
  order.pollsLeft = state.settings.processing.polls;
}
