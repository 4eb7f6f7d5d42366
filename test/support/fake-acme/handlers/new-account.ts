import { readExternalAccount } from '../external-account.ts';
import { asArray, asString, type JsonObject } from '../json.ts';
import type { Jwk } from '../jwk.ts';
import { type FakeRequest, type FakeResponse, json } from '../messages.ts';
import { problem, Refusal, refuse } from '../problem.ts';
import { resourceUrl } from '../resources.ts';
import { verifyByKey } from '../signed-request.ts';
import { type FakeAccount, type FakeAcmeState, newId } from '../state.ts';

/** newAccount: finds or makes the account of a key (RFC 8555 sections 7.3, 7.3.1). */
export function newAccount(state: FakeAcmeState, request: FakeRequest): FakeResponse {
  const { jwk, payload = {} } = verifyByKey(state, request);
  const existing = findByKey(state, jwk);
  if (existing !== undefined) return answer(state, existing, 200);
  if (payload.onlyReturnExisting === true) throw refuse('accountDoesNotExist', 400, 'no account has this key');
  return answer(state, createAccount(state, jwk, payload), 201);
}

/** The account that uses the key, whatever its status. */
export function findByKey(state: FakeAcmeState, jwk: Jwk): FakeAccount | undefined {
  return [...state.accounts.values()].find((account) => account.jwk.thumbprint === jwk.thumbprint);
}

/** The account object (RFC 8555 section 7.1.2). */
export function showAccount(account: FakeAccount): object {
  return { status: account.status, contact: account.contact };
}

/** @throws Refusal unsupportedContact, invalidContact. */
export function readContact(value: unknown): readonly string[] {
  return asArray(value ?? [], 'contact').map((entry) => {
    const contact = asString(entry, 'contact');
    if (!contact.startsWith('mailto:')) throw refuse('unsupportedContact', 400, `not a mailto address: ${contact}`);
    if (!/^mailto:[^@\s,?]+@[^@\s,?]+$/.test(contact)) throw refuse('invalidContact', 400, `no address: ${contact}`);
    return contact;
  });
}

function createAccount(state: FakeAcmeState, jwk: Jwk, payload: JsonObject): FakeAccount {
  requireTerms(state, payload);
  const externalAccount = readExternalAccount(state, payload.externalAccountBinding, jwk);
  const account: FakeAccount = {
    id: newId(),
    jwk,
    status: 'valid',
    contact: readContact(payload.contact),
    ...(externalAccount === undefined ? {} : { externalAccount }),
  };
  state.accounts.set(account.id, account);
  return account;
}

function requireTerms(state: FakeAcmeState, payload: JsonObject): void {
  const { termsOfService } = state.settings.meta;
  if (termsOfService === undefined || payload.termsOfServiceAgreed === true) return;
  const headers = { Link: `<${termsOfService}>;rel="terms-of-service"` };
  throw new Refusal(problem('userActionRequired', 403, 'the terms of service must be agreed to'), headers);
}

function answer(state: FakeAcmeState, account: FakeAccount, status: number): FakeResponse {
  if (account.status !== 'valid') throw refuse('unauthorized', 401, `the account of this key is ${account.status}`);
  return json(status, showAccount(account), { Location: resourceUrl(state, 'account', account.id) });
}
