import type { RegistrationRequest } from '../core/acme.ts';
import type { AccountRecord } from '../core/stores.ts';
import { openAccount, readRecord } from './account.ts';
import { noLongerAccount, otherAccount } from './account-errors.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import { createAccount, requireConsent } from './register.ts';

/** Opens or registers the account because the user wants just that: the CA is asked, and a new one may take the place. */
export async function registerAccount(request: RegistrationRequest, services: AccountServices): Promise<OpenAccount> {
  const record = await takeKey(await readRecord(services), request, services);
  if (record?.deactivatedAt !== undefined) {
    if (!request.acceptTerms) throw noLongerAccount(record, services.accountName);
    return replaceAccount(record, request, services);
  }
  const whenRefused = (refused: AccountRecord) => replaceAccount(refused, request, services);
  const keepKey = request.keyPem !== undefined;
  return openAccount({ ...request, keepKey }, services, {
    confirm: true,
    ...(request.replace ? { whenRefused } : {}),
  });
}

/** A key that was given takes the place of the stored one; another account is not given up for it by accident. */
async function takeKey(
  record: AccountRecord | undefined,
  { keyPem, replace }: RegistrationRequest,
  services: AccountServices,
): Promise<AccountRecord | undefined> {
  if (keyPem === undefined || keyPem === record?.keyPem) return record;
  if (record !== undefined) {
    if (!replace && record.deactivatedAt === undefined) throw otherAccount(record);
    await setAside(record, services);
  }
  const taken: AccountRecord = { keyPem, contact: [] };
  await services.accounts.write(taken);
  return taken;
}

/** A new account with a new key; the contact stays if no other one was given. */
async function replaceAccount(
  { contact, ...old }: AccountRecord,
  request: RegistrationRequest,
  services: AccountServices,
): Promise<OpenAccount> {
  requireConsent(await services.transport.directory(), request);
  await setAside(old, services);
  return createAccount({ keyPem: await services.createAccountKey('ES256'), contact }, request, services);
}

async function setAside(
  { deactivatedAt }: Pick<AccountRecord, 'deactivatedAt'>,
  { accounts, clock, log }: AccountServices,
): Promise<void> {
  const copy = await accounts.setAside(deactivatedAt ?? clock.now());
  log.info(`the file of the old account is kept as ${copy}`);
}
