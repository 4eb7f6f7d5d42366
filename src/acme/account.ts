import type { AccountRequest, AcmeAccount } from '../core/acme.ts';
import { during, WacsError } from '../core/errors.ts';
import type { AccountRecord, AccountStore } from '../core/stores.ts';
import type { AcmeDirectory } from './directory.ts';
import { signBinding } from './external-account.ts';
import { parseAccount } from './resources.ts';
import type { AcmeSession } from './session.ts';
import { createSession } from './session.ts';
import { type AcmeTransport, locationOf } from './transport.ts';

/** What opening an account needs. */
export interface AccountServices {
  readonly transport: AcmeTransport;
  readonly accounts: AccountStore;
  /** Creates the account key, PKCS#8 PEM. */
  readonly createAccountKey: () => Promise<string>;
}

/** An account ready for orders. */
export interface OpenAccount {
  readonly session: AcmeSession;
  readonly account: AcmeAccount;
}

/**
 * Opens the stored account, or registers one (RFC 8555 section 7.3). The key is stored before the CA hears of it, so a
 * crash in between costs nothing: newAccount with the same key finds the same account.
 * @throws WacsError AcmeAccountError when terms or external account binding are missing.
 */
export async function openAccount(request: AccountRequest, services: AccountServices): Promise<OpenAccount> {
  const stored = await services.accounts.read();
  if (stored?.url !== undefined) return useStored({ ...stored, url: stored.url }, request, services);
  return register(stored, request, services);
}

async function useStored(
  stored: AccountRecord & { url: string },
  request: AccountRequest,
  services: AccountServices,
): Promise<OpenAccount> {
  const session = await createSession(services.transport, stored.keyPem, stored.url);
  const contact = toContact(request.emailAddresses);
  const known: AcmeAccount = { url: stored.url, status: 'valid', contact: stored.contact };
  if (contact.length === 0 || contact.join() === stored.contact.join()) return { session, account: known };
  const response = await during('updating the account', session.api.updateAccount({ contact }));
  await services.accounts.write({ ...stored, contact });
  return { session, account: parseAccount(stored.url, response.data) };
}

async function register(
  stored: AccountRecord | undefined,
  request: AccountRequest,
  services: AccountServices,
): Promise<OpenAccount> {
  const directory = await services.transport.directory();
  requireTerms(directory, request);
  requireBinding(directory, request);
  const keyPem = stored?.keyPem ?? (await services.createAccountKey());
  const contact = toContact(request.emailAddresses);
  const record: AccountRecord = { ...stored, keyPem, contact };
  await services.accounts.write(record);
  const session = await createSession(services.transport, keyPem);
  const payload = newAccountPayload(session, directory, request);
  const response = await during('registering the account', session.api.createAccount(payload)).catch(
    rethrowAsAccountError,
  );
  const url = locationOf(response);
  const termsOfService = directory.meta?.termsOfService;
  await services.accounts.write({ ...record, url, ...(termsOfService === undefined ? {} : { termsOfService }) });
  return { session, account: parseAccount(url, response.data) };
}

/** Whatever the CA refuses here is about the account: terms, contact, binding or key. */
function rethrowAsAccountError(error: unknown): never {
  if (!(error instanceof WacsError) || error.code !== 'AcmeError' || error.details.problem === undefined) throw error;
  throw new WacsError('AcmeAccountError', error.message, {
    ...error.details,
    hint: 'Check --emailaddress and the external account binding (--eab-key-identifier, --eab-key).',
    cause: error,
  });
}

function newAccountPayload(session: AcmeSession, directory: AcmeDirectory, request: AccountRequest): object {
  const contact = toContact(request.emailAddresses);
  const binding = request.externalAccountBinding;
  return {
    termsOfServiceAgreed: true,
    ...(contact.length === 0 ? {} : { contact }),
    ...(binding === undefined
      ? {}
      : { externalAccountBinding: signBinding(session.signer, directory.newAccount, binding) }),
  };
}

/** Terms are never agreed to automatically (RFC 8555 section 7.3). */
function requireTerms(directory: AcmeDirectory, request: AccountRequest): void {
  const terms = directory.meta?.termsOfService;
  if (terms === undefined || request.acceptTerms) return;
  throw new WacsError('AcmeAccountError', `the CA's terms of service have not been accepted: ${terms}`, {
    hint: 'Read the terms, then run the command again with --accepttos.',
  });
}

function requireBinding(directory: AcmeDirectory, request: AccountRequest): void {
  if (directory.meta?.externalAccountRequired !== true || request.externalAccountBinding !== undefined) return;
  throw new WacsError('AcmeAccountError', 'the CA requires an external account binding and none was given', {
    hint: 'Get a key identifier and a key from the CA, then give --eab-key-identifier and --eab-key.',
  });
}

function toContact(emailAddresses: readonly string[]): readonly string[] {
  return emailAddresses.map((address) => `mailto:${address}`);
}
