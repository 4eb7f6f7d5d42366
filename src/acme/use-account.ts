import type { AccountRequest, AcmeAccount } from '../core/acme.ts';
import { during } from '../core/errors.ts';
import type { AccountRecord } from '../core/stores.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import { isProblem } from './problem.ts';
import { toContact } from './register.ts';
import { parseAccount } from './resources.ts';
import { type AcmeSession, createSession } from './session.ts';
import type { AcmeResponse } from './transport.ts';

/**
 * A session with a registered account, its contact and terms brought up to date (RFC 8555 sections 7.3.2 and 7.3.3). The
 * CA is asked for nothing unless there is something to change, or `confirm` wants its answer.
 */
export async function useAccount(
  stored: AccountRecord & { readonly url: string },
  request: AccountRequest,
  services: AccountServices & { readonly confirm: boolean },
): Promise<OpenAccount> {
  const session = await createSession(services.transport, stored.keyPem, stored.url);
  const wished = await wishedRecord(stored, request, services);
  const change = changeOf(stored, wished);
  if (change === undefined && !services.confirm) {
    const known: AcmeAccount = { url: stored.url, status: 'valid', contact: stored.contact };
    return { session, account: known, confirmed: false };
  }
  const response = change === undefined ? await read(session) : await update(session, change);
  if (change !== undefined) await services.accounts.write(wished);
  if (wished.termsOfService !== stored.termsOfService)
    services.log.info(`agreed to the CA's terms of service: ${wished.termsOfService}`);
  return { session, account: parseAccount(stored.url, response.data), confirmed: true };
}

function read({ api }: AcmeSession): Promise<AcmeResponse> {
  return during('reading the account', api.updateAccount(null));
}

/** Agreement is a field that CAs ignore (RFC 8555 section 7.3.2); some then take the update for an empty one. */
async function update(session: AcmeSession, change: object): Promise<AcmeResponse> {
  try {
    return await during('updating the account', session.api.updateAccount(change));
  } catch (error) {
    if ('contact' in change || !isProblem(error, ['malformed'])) throw error;
    return read(session);
  }
}

/** New terms stand in no way until the CA demands them, and nobody agrees to them but the user. */
async function wishedRecord(
  stored: AccountRecord,
  request: AccountRequest,
  services: AccountServices,
): Promise<AccountRecord> {
  const { termsOfService } = (await services.transport.directory()).meta ?? {};
  const contact = request.emailAddresses === undefined ? stored.contact : toContact(request.emailAddresses);
  if (termsOfService === undefined || termsOfService === stored.termsOfService) return { ...stored, contact };
  if (request.acceptTerms) return { ...stored, contact, termsOfService };
  if (stored.termsOfService !== undefined) {
    services.log.warning(
      `the CA has new terms of service: ${termsOfService}; before it insists on them, read them and run wacs --register --accepttos`,
    );
  }
  return { ...stored, contact };
}

function changeOf(stored: AccountRecord, wished: AccountRecord): object | undefined {
  const agrees = wished.termsOfService !== stored.termsOfService;
  const moves = wished.contact.join() !== stored.contact.join();
  if (!agrees && !moves) return undefined;
  return { ...(agrees ? { termsOfServiceAgreed: true } : {}), ...(moves ? { contact: wished.contact } : {}) };
}
