import type { AccountRequest } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';
import type { AccountRecord } from '../core/stores.ts';
import { noAccount, noLongerAccount, refusedAccount } from './account-errors.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import { settleKeyChange } from './key-change.ts';
import { isProblem } from './problem.ts';
import { createAccount, findAccount } from './register.ts';
import { reviveAccount } from './revive-account.ts';
import { useAccount } from './use-account.ts';

/** How an account is opened, beyond what was asked for. */
export interface OpenOptions {
  /** The CA is asked for the state of the account even if there is nothing to change. */
  readonly confirm?: boolean;
  /** What to do about an account that the CA knows and does not accept; without it, the run fails. */
  readonly whenRefused?: (record: AccountRecord, cause: unknown) => Promise<OpenAccount>;
}

/** The record with its key change settled; undefined when there is no account. */
export async function readRecord(services: AccountServices): Promise<AccountRecord | undefined> {
  const record = await services.accounts.read();
  const isOpen = record?.pendingKey !== undefined && record.deactivatedAt === undefined;
  return isOpen ? settleKeyChange(record, services) : record;
}

/**
 * Opens the stored account, or registers one (RFC 8555 section 7.3). One whose address is not known is looked for by its
 * key; one the CA has forgotten is registered again.
 * @throws WacsError AcmeAccountError when terms or external account binding are missing, or the account is no more.
 */
export async function openAccount(
  request: AccountRequest,
  services: AccountServices,
  options: OpenOptions = {},
): Promise<OpenAccount> {
  const record = await readRecord(services);
  if (record === undefined) {
    if (request.existingOnly === true) throw noAccount(services.accountName);
    return createAccount(undefined, request, services);
  }
  if (record.deactivatedAt !== undefined) throw noLongerAccount(record, services.accountName);
  const { whenRefused = fail(services) } = options;
  try {
    const opened = await openRecord(record, request, { ...services, confirm: options.confirm === true });
    if (opened.account.status === 'valid') return opened;
    return whenRefused(record, new WacsError('AcmeAccountError', `it is ${opened.account.status}`));
  } catch (error) {
    if (isProblem(error, ['accountDoesNotExist'])) return reviveAccount(error, request, services);
    if (isRefusal(error)) return whenRefused(record, error);
    throw error;
  }
}

/** A CA that refused to register has said why, and that has a code already. */
function isRefusal(error: unknown): boolean {
  return error instanceof WacsError && error.code === 'AcmeError' && isProblem(error, ['unauthorized']);
}

function fail({ accountName }: AccountServices): Required<OpenOptions>['whenRefused'] {
  return async (record, cause) => {
    throw refusedAccount(record, cause, accountName);
  };
}

async function openRecord(
  record: AccountRecord,
  request: AccountRequest,
  services: AccountServices & { readonly confirm: boolean },
): Promise<OpenAccount> {
  if (record.url !== undefined) return useAccount({ ...record, url: record.url }, request, services);
  const found = await lookFor(record, services);
  if (found === undefined) {
    if (request.existingOnly === true) throw noAccount(services.accountName);
    return createAccount(record, request, services);
  }
  const { account } = found;
  services.log.info(`the account ${account.url} was found by its key`);
  const stored = { ...record, url: account.url, contact: account.contact };
  await services.accounts.write(stored);
  const opened = await useAccount(stored, request, { ...services, confirm: false });
  return opened.confirmed ? opened : { ...found, confirmed: true };
}

/** What a CA may say before it looks for the key; registering then tells it better. */
const otherReasons = [
  'externalAccountRequired',
  'userActionRequired',
  'badSignatureAlgorithm',
  'badPublicKey',
  'malformed',
];

async function lookFor({ keyPem }: AccountRecord, { transport }: AccountServices): ReturnType<typeof findAccount> {
  try {
    return await findAccount(keyPem, transport);
  } catch (error) {
    if (isProblem(error, otherReasons)) return undefined;
    throw error;
  }
}
