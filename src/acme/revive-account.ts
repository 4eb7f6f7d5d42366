import type { AccountRequest } from '../core/acme.ts';
import { forgottenAccount } from './account-errors.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import { createAccount, findAccount } from './register.ts';

/**
 * After the CA has said that it does not know the account: it may have another address now, or be gone, as after a reset
 * of a staging CA. It is then registered again with the same key, if the terms in force have been agreed to.
 * @throws WacsError AcmeAccountError when that cannot be done unattended.
 */
export async function reviveAccount(
  lost: unknown,
  request: AccountRequest,
  services: AccountServices,
): Promise<OpenAccount> {
  const { accounts, transport, log, accountName } = services;
  const record = await accounts.read();
  if (record === undefined) throw lost;
  const found = await findAccount(record.keyPem, transport);
  if (found !== undefined) {
    const { url } = found.account;
    log.warning(`the CA does not know the account ${record.url}, but its key: the account is ${url} now`);
    await accounts.write({ ...record, url });
    return { ...found, confirmed: true };
  }
  const { termsOfService } = (await transport.directory()).meta ?? {};
  const agreed = request.acceptTerms || termsOfService === undefined || termsOfService === record.termsOfService;
  if (request.existingOnly === true || !agreed) throw forgottenAccount(record, lost, accountName);
  log.warning(`the CA does not know the account ${record.url} any more; registering it again with the same key`);
  return createAccount(record, { ...request, acceptTerms: true }, services);
}
