import type { AccountAdministration, AccountRequest, AcmeAccount, RegistrationRequest } from '../core/acme.ts';
import { WacsError } from '../core/errors.ts';
import { openAccount } from './account.ts';
import { aboutAccount } from './account-errors.ts';
import type { AccountServices, OpenAccount } from './account-services.ts';
import { deactivateAccount } from './deactivate-account.ts';
import { changeKey } from './key-change.ts';
import { isProblem } from './problem.ts';
import { registerAccount } from './registration.ts';
import { reviveAccount } from './revive-account.ts';
import type { AcmeSession } from './session.ts';

/** One account of one CA during a run: opened once, on first use, and worked on. */
export class AccountKeeper implements AccountAdministration {
  readonly #services: AccountServices;
  #request: AccountRequest = { acceptTerms: false };
  #opened: Promise<OpenAccount> | undefined;
  #revived: Promise<OpenAccount> | undefined;

  constructor(services: AccountServices) {
    this.#services = services;
  }

  /** The account, opened as the first request wants it. @throws WacsError AcmeAccountError. */
  async open(request: AccountRequest): Promise<AcmeAccount> {
    if (this.#opened === undefined) {
      this.#request = request;
      this.#opened = openAccount(request, this.#services);
    }
    return (await this.#named(this.#opened)).account;
  }

  /** @throws WacsError UnexpectedError when the account was not opened before. */
  async session(): Promise<AcmeSession> {
    if (this.#opened === undefined)
      throw new WacsError('UnexpectedError', 'the account was not opened before its first use');
    return (await this.#named(this.#opened)).session;
  }

  /** Does work that begins with the account; one the CA has forgotten is registered again, and the work repeated. */
  async use<Result>(work: (session: AcmeSession) => Promise<Result>): Promise<Result> {
    const session = await this.session();
    try {
      return await work(session);
    } catch (error) {
      if (!isProblem(error, ['accountDoesNotExist'])) throw error;
      // Work side by side finds out the same; the account is registered once.
      this.#revived ??= reviveAccount(error, this.#request, this.#services);
      this.#opened = this.#revived;
    }
    return work(await this.session());
  }

  async register(request: RegistrationRequest): Promise<AcmeAccount> {
    this.#opened = registerAccount(request, this.#services);
    return (await this.#named(this.#opened)).account;
  }

  async changeKey(): Promise<AcmeAccount> {
    this.#opened = this.#changeKey();
    return (await this.#named(this.#opened)).account;
  }

  async deactivate(): Promise<AcmeAccount> {
    return this.#named(deactivateAccount(this.#services));
  }

  async #changeKey(): Promise<OpenAccount> {
    const request = { acceptTerms: false, existingOnly: true };
    const opened = await openAccount(request, this.#services, { confirm: true });
    return changeKey(opened, this.#services);
  }

  /** Says which account a failure is about. */
  async #named<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw aboutAccount(error, this.#services.accountName);
    }
  }
}
