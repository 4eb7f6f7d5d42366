import { during, WacsError } from '../core/errors.ts';
import type { AccountRecord } from '../core/stores.ts';
import { asKeyChangeError } from './account-errors.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import { resourceUrl } from './directory.ts';
import { isProblem } from './problem.ts';
import { findAccount } from './register.ts';
import { createSession } from './session.ts';
import type { AcmeTransport } from './transport.ts';

/** So long the request of a run that was killed may still be on its way to the CA. */
const inFlightMs = 10 * 60_000;

/**
 * Account key rollover (RFC 8555 section 7.3.5): the new key, which signs the inner JWS, is stored before the CA is
 * asked. Whatever happens then, the record holds the key in force.
 * @throws WacsError AcmeError when the CA does not offer it; when it refuses, the old key stays.
 */
export async function changeKey(opened: OpenAccount, services: AccountServices): Promise<OpenAccount> {
  const { transport, accounts, log, clock } = services;
  const url = resourceUrl(await transport.directory(), 'keyChange');
  const record = await accounts.read();
  if (record === undefined) throw new WacsError('UnexpectedError', 'the account was removed while it was in use');
  const keyPem = record.pendingKey?.keyPem ?? (await services.createAccountKey({ like: record.keyPem }));
  const pending = { ...record, pendingKey: { keyPem, since: clock.now() } };
  await accounts.write(pending);
  log.verbose('the new account key is stored; asking the CA to change to it');
  const { account, session } = opened;
  const next = await createSession(transport, keyPem, account.url);
  const change = { account: account.url, oldKey: session.signer.getJwk() };
  // The inner JWS has the key in it and no nonce.
  const inner = next.signer.createSignedBody(url, change, { kid: null });
  try {
    await during('changing the account key', session.api.apiRequest(url, inner, []));
  } catch (error) {
    await requireChanged(error, pending, services);
    return { ...opened, session: next };
  }
  await accounts.write(withKey(pending, keyPem));
  return { ...opened, session: next };
}

/** The answer of a change that took effect may be lost, and the repeated request refused: the CA alone can tell. */
async function requireChanged(error: unknown, pending: AccountRecord, services: AccountServices): Promise<void> {
  if (isInterruption(error)) throw error;
  const settled = await settleKeyChange(pending, services, isFinal(error)).catch((failure: unknown) => {
    if (isInterruption(failure)) throw failure;
    services.log.warning(
      'which account key is in force is not known yet; the next run that uses the account finds out',
    );
    throw error;
  });
  if (settled.keyPem !== pending.pendingKey?.keyPem) throw asKeyChangeError(error);
}

function isInterruption(error: unknown): boolean {
  return error instanceof WacsError && error.code === 'Interrupted';
}

/** A refusal, in contrast to no answer, or to one that puts off (RFC 9110 section 15.5.9, RFC 6585 section 4). */
function isFinal(error: unknown): boolean {
  const status = error instanceof WacsError ? error.details.problem?.status : undefined;
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/**
 * Finds out which key is in force after a key change whose end is not known, and stores that. As long as the request
 * may still be on its way, the new key is kept beside the old one.
 * @param final the CA has answered: nothing is on its way
 */
export async function settleKeyChange(
  record: AccountRecord,
  services: AccountServices,
  final = false,
): Promise<AccountRecord> {
  const { accounts, clock, log, transport } = services;
  const { pendingKey } = record;
  if (pendingKey === undefined) return record;
  const owner = await ownerOf(pendingKey.keyPem, transport);
  const changed = owner !== undefined && (await isOurs(owner, record, transport));
  if (changed) {
    const settled = { ...withKey(record, pendingKey.keyPem), ...(owner === 'invalid' ? {} : { url: owner.url }) };
    await accounts.write(settled);
    log.info('the change of the account key had taken effect; the new key is in use');
    return settled;
  }
  const isYoung = clock.now().getTime() - pendingKey.since.getTime() < inFlightMs;
  if (isYoung && !final && owner === undefined) {
    log.verbose('the account key was not changed so far; the old key is in use');
    return record;
  }
  log.info('the change of the account key did not take effect; the old key stays in use');
  const settled = withKey(record, record.keyPem);
  await accounts.write(settled);
  return settled;
}

/** The account that uses a key; `invalid` for one that is not accepted any more, whose address the CA keeps. */
type Owner = { readonly url: string } | 'invalid' | undefined;

async function ownerOf(keyPem: string, transport: AcmeTransport): Promise<Owner> {
  try {
    return (await findAccount(keyPem, transport))?.account;
  } catch (error) {
    if (isProblem(error, ['unauthorized'])) return 'invalid';
    throw error;
  }
}

/** Where the address does not tell, the account is ours if nobody has the old key any more. */
async function isOurs(
  owner: Exclude<Owner, undefined>,
  record: AccountRecord,
  transport: AcmeTransport,
): Promise<boolean> {
  if (owner !== 'invalid' && owner.url === record.url) return true;
  return (await ownerOf(record.keyPem, transport)) === undefined;
}

function withKey({ pendingKey: _, ...record }: AccountRecord, keyPem: string): AccountRecord {
  return { ...record, keyPem };
}
