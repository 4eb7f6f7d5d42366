import type {
  AccountRequest,
  AcmeAccount,
  AcmeAuthorization,
  AcmeChallenge,
  AcmeOrder,
  CertificateAuthority,
  CertificateChain,
  NewOrder,
  RevocationRequest,
} from '../core/acme.ts';
import { during, WacsError } from '../core/errors.ts';
import { sameIdentifiers } from '../core/identifier.ts';
import type { PollPolicy } from '../core/policies.ts';
import type { Clock, Log } from '../core/ports.ts';
import { asAccountError } from './account-errors.ts';
import type { AccountKeeper } from './account-keeper.ts';
import { downloadChain } from './chains.ts';
import { finalizeOrder } from './finalize.ts';
import { OrderLimit } from './order-limit.ts';
import { poll } from './polling.ts';
import { isProblem } from './problem.ts';
import { hintAtProfiles } from './profile-hint.ts';
import { requireOffered, warnOfOther, withOffered } from './profiles.ts';
import { parseAuthorization, parseOrder } from './resources.ts';
import { revokeCertificate } from './revoke.ts';
import type { AcmeSession } from './session.ts';
import { type AcmeTransport, locationOf } from './transport.ts';

/** What a CA needs. */
export interface AuthorityServices {
  readonly transport: AcmeTransport;
  readonly account: AccountKeeper;
  readonly clock: Clock;
  readonly log: Log;
  readonly poll: PollPolicy;
  /** Common name of a certificate's issuer. */
  readonly issuerOf: (certificatePem: string) => string | undefined;
  readonly signal: AbortSignal;
}

/** The CA at a base URI; nothing is requested before the first call. */
export function createCertificateAuthority(services: AuthorityServices): CertificateAuthority {
  return new AcmeAuthority(services);
}

class AcmeAuthority implements CertificateAuthority {
  readonly #services: AuthorityServices;
  readonly #limit = new OrderLimit();

  constructor(services: AuthorityServices) {
    this.#services = services;
  }

  ensureAccount(request: AccountRequest): Promise<AcmeAccount> {
    return this.#services.account.open(request);
  }

  async newOrder(request: NewOrder): Promise<AcmeOrder> {
    const { replaces, ...plain } = request;
    requireOffered(request.profile, request.profile === undefined ? [] : await this.profiles());
    const useReplaces = replaces !== undefined && (await this.hasRenewalInfo());
    const order = useReplaces ? await this.#orderReplacing(plain, replaces) : await this.#order(plain);
    warnOfOther(request, order, this.#services.log);
    if (sameIdentifiers(order.identifiers, request.identifiers)) return order;
    throw new WacsError('AcmeError', `the CA's order ${order.url} is for other names than were asked for`, {
      hint: 'Run the command again; if it stays so, the fault is with the CA.',
    });
  }

  async getOrder(url: string): Promise<AcmeOrder> {
    const response = await this.#services.account.use(({ api }) => during('reading the order', api.getOrder(url)));
    return parseOrder(url, response.data);
  }

  async getAuthorization(url: string): Promise<AcmeAuthorization> {
    const { api } = await this.#session();
    const response = await during('reading an authorization', api.getAuthorization(url));
    const { meta } = await this.#services.transport.directory();
    return parseAuthorization(url, response.data, { url: api.getAccountUrl(), hashPrefix: meta?.accountHashPrefix });
  }

  async keyAuthorization(challenge: AcmeChallenge): Promise<string> {
    const { client } = await this.#session();
    // The dns-01 form is a hash; plugins derive it themselves from the plain form that http-01 gives.
    return client.getChallengeKeyAuthorization({
      type: 'http-01',
      token: challenge.token,
      url: challenge.url,
      status: 'pending',
    });
  }

  async answerChallenge(url: string): Promise<void> {
    const { api } = await this.#session();
    await during('answering a challenge', api.completeChallenge(url, {}));
  }

  async waitForAuthorization(url: string): Promise<AcmeAuthorization> {
    const { api } = await this.#session();
    const settled = await poll<AcmeAuthorization>(
      {
        fetch: () => during('reading an authorization', api.getAuthorization(url)),
        parse: (response) => parseAuthorization(url, response.data),
        isSettled: ({ status }) => status !== 'pending' && status !== 'processing',
      },
      this.#services.poll,
      this.#services,
    );
    return settled ?? this.#timedOut(`the authorization ${url}`);
  }

  async waitForOrder(url: string, whileIn: readonly string[]): Promise<AcmeOrder> {
    const { api } = await this.#session();
    const settled = await poll<AcmeOrder>(
      {
        fetch: () => during('reading the order', api.getOrder(url)),
        parse: (response) => parseOrder(url, response.data),
        isSettled: ({ status }) => !whileIn.includes(status),
      },
      this.#services.poll,
      this.#services,
    );
    return settled ?? this.#timedOut(`the order ${url}`);
  }

  async finalizeOrder(order: AcmeOrder, csr: Uint8Array): Promise<AcmeOrder> {
    const { api } = await this.#session();
    const waitWhilePending = () => this.waitForOrder(order.url, ['pending']);
    try {
      return await finalizeOrder(order, csr, { ...this.#services, api, waitWhilePending });
    } catch (error) {
      throw withOffered(error, await this.profiles());
    }
  }

  async downloadCertificate(order: AcmeOrder, preferredIssuer?: string): Promise<CertificateChain> {
    const { api } = await this.#session();
    const { issuerOf } = this.#services;
    const preference = preferredIssuer === undefined ? undefined : { issuer: preferredIssuer, issuerOf };
    const { chain, others } = await during('downloading the certificate', downloadChain(api, order, preference));
    if (others !== undefined) {
      const names = others.map((name) => `"${name}"`).join(', ');
      this.#services.log.warning(
        `the CA offers no chain up to "${preferredIssuer}", only up to ${names}; its default chain is used`,
      );
    }
    return chain;
  }

  async deactivateAuthorization(url: string): Promise<void> {
    const { api } = await this.#session();
    await during('giving up an authorization', api.updateAuthorization(url, { status: 'deactivated' }));
  }

  async revokeCertificate(request: RevocationRequest): Promise<'revoked' | 'alreadyRevoked'> {
    return revokeCertificate(request, this.#services);
  }

  async profiles(): Promise<readonly string[]> {
    const directory = await this.#services.transport.directory();
    return Object.keys(directory.meta?.profiles ?? {});
  }

  async hasRenewalInfo(): Promise<boolean> {
    return (await this.#services.transport.directory()).renewalInfo !== undefined;
  }

  #session(): Promise<AcmeSession> {
    return this.#services.account.session();
  }

  async #order(request: NewOrder): Promise<AcmeOrder> {
    const { account } = this.#services;
    const { urgent: _, ...payload } = request;
    this.#limit.check(request);
    try {
      const response = await account.use(({ api }) => during('creating the order', api.createOrder(payload)));
      return parseOrder(locationOf(response), response.data);
    } catch (error) {
      this.#limit.learn(error, request);
      const offered = await this.profiles();
      throw withOffered(hintAtProfiles(asAccountError(error), request, offered), offered);
    }
  }

  /** A predecessor the CA does not accept must not stand in the way of the renewal (RFC 9773 section 5). */
  async #orderReplacing(request: NewOrder, replaces: string): Promise<AcmeOrder> {
    try {
      return await this.#order({ ...request, replaces });
    } catch (error) {
      if (!isProblem(error, refusesPredecessor)) throw error;
      this.#services.log.verbose('the CA did not accept the predecessor; ordering without naming it');
      return this.#order(request);
    }
  }

  #timedOut(what: string): never {
    const seconds = Math.round(this.#services.poll.timeoutMs / 1000);
    throw new WacsError('AcmeTimeout', `${what} did not settle within ${seconds} s`, {
      hint: 'Run the command again: the open order is kept and will be resumed.',
    });
  }
}

/** `serverInternal` too: looking for the predecessor is where a CA may trip. */
const refusesPredecessor = ['alreadyReplaced', 'conflict', 'malformed', 'unauthorized', 'serverInternal'];
