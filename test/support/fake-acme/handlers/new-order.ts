import { readIdentifiers, sameIdentifiers } from '../identifiers.ts';
import { asString, type JsonObject } from '../json.ts';
import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { type FakeIdentifier, refuse } from '../problem.ts';
import { resourceUrl } from '../resources.ts';
import { verifyByAccount } from '../signed-request.ts';
import { type FakeAccount, type FakeAcmeState, type FakeOrder, newId } from '../state.ts';
import { authorize } from './authorize.ts';
import { checkReplacement } from './replacement.ts';
import { refreshOrder, showOrder } from './show-order.ts';

const week = 7 * 86_400_000;

/** newOrder (RFC 8555 section 7.4) with `profile` and `replaces`. */
export function newOrder(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const { account, payload = {} } = verifyByAccount(state, request);
  const identifiers = readIdentifiers(payload.identifiers);
  const profile = readProfile(state, payload.profile);
  const order = findReusable(state, account, identifiers, profile) ?? createOrder(state, account, payload, identifiers);
  refreshOrder(order);
  return json(201, showOrder(state, order), { Location: resourceUrl(state, 'order', order.id) });
}

function readProfile(state: FakeAcmeState, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const profile = asString(value, 'profile');
  if (profile in (state.settings.meta.profiles ?? {})) return profile;
  throw refuse('invalidProfile', 400, `this CA has no profile ${profile}`);
}

function findReusable(
  state: FakeAcmeState,
  account: FakeAccount,
  identifiers: readonly FakeIdentifier[],
  profile: string | undefined,
): FakeOrder | undefined {
  if (!state.settings.reuseOrders) return undefined;
  return [...state.orders.values()].find((order) => {
    const isOpen = order.status === 'pending' || order.status === 'ready';
    const isSame = order.accountId === account.id && order.profile === profile;
    return isOpen && isSame && sameIdentifiers(order.identifiers, identifiers);
  });
}

function createOrder(
  state: FakeAcmeState,
  account: FakeAccount,
  payload: JsonObject,
  identifiers: readonly FakeIdentifier[],
): FakeOrder {
  const replaces = payload.replaces === undefined ? undefined : asString(payload.replaces, 'replaces');
  if (replaces !== undefined) checkReplacement(state, account, { replaces, identifiers });
  const order: FakeOrder = {
    id: newId(),
    accountId: account.id,
    identifiers,
    authorizations: identifiers.map((identifier) => authorize(state, account, identifier)),
    expires: new Date(Date.now() + week),
    ...(payload.profile === undefined ? {} : { profile: String(payload.profile) }),
    ...(replaces === undefined ? {} : { replaces }),
    status: 'pending',
    pollsLeft: 0,
  };
  state.orders.set(order.id, order);
  return order;
}
