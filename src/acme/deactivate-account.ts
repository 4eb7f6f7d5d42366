import type { AcmeAccount } from '../core/acme.ts';
import { during } from '../core/errors.ts';
import { openAccount, readRecord } from './account.ts';
import { noAccount, nothingToDeactivate } from './account-errors.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import { isProblem } from './problem.ts';

/**
 * Ends the account for good (RFC 8555 section 7.3.6) and marks its file, so that later runs know why it is refused. One
 * that was deactivated before is no failure.
 * @throws WacsError AcmeAccountError when there is no account.
 */
export async function deactivateAccount(services: AccountServices): Promise<AcmeAccount> {
  const { accounts, clock, log } = services;
  const record = await readRecord(services);
  if (record === undefined) throw noAccount(services.accountName);
  if (record.deactivatedAt !== undefined) {
    log.info(`the account was deactivated on ${record.deactivatedAt.toISOString()}`);
    return { url: record.url ?? '', status: 'deactivated', contact: record.contact };
  }
  const opened = await openAccount({ acceptTerms: false, existingOnly: true }, services);
  const { url, contact } = opened.account;
  await deactivateAtCa(opened, services);
  await accounts.write({ ...record, url, deactivatedAt: clock.now() });
  return { url, status: 'deactivated', contact };
}

async function deactivateAtCa({ session, account }: OpenAccount, { log }: AccountServices): Promise<void> {
  try {
    await during('deactivating the account', session.api.updateAccount({ status: 'deactivated' }));
  } catch (error) {
    if (isProblem(error, ['accountDoesNotExist'])) throw nothingToDeactivate(account.url, error);
    // The answer to an earlier request may have been lost (RFC 8555 section 7.3.6).
    if (!isProblem(error, ['unauthorized'])) throw error;
    log.warning(`the CA does not accept the account any more, as if it was deactivated before: ${error.message}`);
  }
}
