import type { AccountRequest, AcmeAccount } from '../core/acme.ts';
import { during } from '../core/errors.ts';
import type { AccountRecord } from '../core/stores.ts';
import { asRegistrationError, missingBinding, missingTerms } from './account-errors.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import type { AcmeDirectory } from './directory.ts';
import { signBinding } from './external-account.ts';
import { isProblem } from './problem.ts';
import { parseAccount } from './resources.ts';
import { type AcmeSession, createSession } from './session.ts';
import { type AcmeTransport, locationOf } from './transport.ts';

/** An account the CA has told of. */
export interface FoundAccount {
  readonly session: AcmeSession;
  readonly account: AcmeAccount;
}

/**
 * Looks for the account of a key (RFC 8555 section 7.3.1), which agrees to nothing and changes nothing.
 * @returns undefined when the CA has no account with that key
 * @throws WacsError with the CA's problem; `unauthorized` tells of an account that is not valid any more.
 */
export async function findAccount(keyPem: string, transport: AcmeTransport): Promise<FoundAccount | undefined> {
  const session = await createSession(transport, keyPem);
  try {
    const response = await during('looking for the account', session.api.createAccount({ onlyReturnExisting: true }));
    return foundAt(locationOf(response), session, response.data);
  } catch (error) {
    if (isProblem(error, ['accountDoesNotExist'])) return undefined;
    throw error;
  }
}

/**
 * Registers an account (RFC 8555 section 7.3) with the key of the record, or a new one. The key is stored before the CA
 * hears of it, so a crash in between costs nothing: the account is found again by its key.
 * @throws WacsError AcmeAccountError when terms or external account binding are missing, or the CA refuses.
 */
export async function createAccount(
  stored: AccountRecord | undefined,
  request: AccountRequest,
  services: AccountServices,
): Promise<OpenAccount> {
  const directory = await services.transport.directory();
  requireConsent(directory, request);
  const keyPem = stored?.keyPem ?? (await services.createAccountKey());
  const contact = request.emailAddresses === undefined ? (stored?.contact ?? []) : toContact(request.emailAddresses);
  const record: AccountRecord = { ...stored, keyPem, contact };
  await services.accounts.write(record);
  const session = await createSession(services.transport, keyPem);
  const payload = newAccountPayload(session, directory, { request, contact });
  const response = await during('registering the account', session.api.createAccount(payload)).catch((error) => {
    throw asRegistrationError(error, request);
  });
  const found = foundAt(locationOf(response), session, response.data);
  const termsOfService = directory.meta?.termsOfService;
  const agreed = termsOfService === undefined ? {} : { termsOfService };
  await services.accounts.write({ ...record, url: found.account.url, ...agreed });
  return { ...found, confirmed: true };
}

/** Contact addresses as the CA wants them (RFC 8555 section 7.3). */
export function toContact(emailAddresses: readonly string[]): readonly string[] {
  return emailAddresses.map((address) => `mailto:${address}`);
}

/** acme-client keeps the Location as it came, and a relative one is no key identifier. */
function foundAt(url: string, session: AcmeSession, body: unknown): FoundAccount {
  session.api.accountUrl = url;
  return { session, account: parseAccount(url, body) };
}

function newAccountPayload(
  session: AcmeSession,
  directory: AcmeDirectory,
  { request, contact }: { request: AccountRequest; contact: readonly string[] },
): object {
  const binding = request.externalAccountBinding;
  return {
    termsOfServiceAgreed: true,
    ...(contact.length === 0 ? {} : { contact }),
    ...(binding === undefined
      ? {}
      : { externalAccountBinding: signBinding(session.signer, directory.newAccount, binding) }),
  };
}

/**
 * What the user alone can give: terms are never agreed to automatically (RFC 8555 section 7.3).
 * @throws WacsError AcmeAccountError.
 */
export function requireConsent({ meta = {} }: AcmeDirectory, request: AccountRequest): void {
  if (meta.termsOfService !== undefined && !request.acceptTerms) throw missingTerms(meta.termsOfService);
  if (meta.externalAccountRequired === true && request.externalAccountBinding === undefined) throw missingBinding();
}
