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
  requireConsent(await services.transport.directory(), request);
  const contact = request.emailAddresses === undefined ? (stored?.contact ?? []) : toContact(request.emailAddresses);
  const keyPem = stored?.keyPem ?? (await services.createAccountKey('ES256'));
  const record: AccountRecord = { ...stored, keyPem, contact };
  try {
    return await registerKey(record, request, services);
  } catch (error) {
    const mayTryOther = record.url === undefined && request.keepKey !== true;
    if (!mayTryOther || !isProblem(error, ['badSignatureAlgorithm', 'badPublicKey']))
      throw asRegistrationError(error, request);
    services.log.info(`${error.message}; trying a key of another kind`);
  }
  // Every CA must take ES256 (RFC 8555 section 6.2); not every one does.
  const other = { ...record, keyPem: await services.createAccountKey('RS256') };
  return registerKey(other, request, services).catch((error) => {
    throw asRegistrationError(error, request);
  });
}

async function registerKey(
  record: AccountRecord,
  request: AccountRequest,
  services: AccountServices,
): Promise<OpenAccount> {
  const { accounts, transport } = services;
  const directory = await transport.directory();
  await accounts.write(record);
  const session = await createSession(transport, record.keyPem);
  const payload = newAccountPayload(session, directory, { request, contact: record.contact });
  const response = await during('registering the account', session.api.createAccount(payload));
  const found = foundAt(locationOf(response), session, response.data);
  const termsOfService = directory.meta?.termsOfService;
  const agreed = termsOfService === undefined ? {} : { termsOfService };
  await accounts.write({ ...record, url: found.account.url, ...agreed });
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
