import type { DnsProvider, TxtRecord } from '../../../core/dns.ts';
import { WacsError } from '../../../core/errors.ts';
import type { AcmeDnsAccount } from '../../../core/stores.ts';
import { UnreadableReply } from '../dns-api.ts';
import { readJson, textAt } from '../dns-api-reply.ts';
import { inTurn } from '../in-turn.ts';
import type { AcmeDnsAccounts, AcmeDnsServices } from './accounts.ts';
import { type LiveValues, liveValues } from './live-values.ts';

/** Values that a server keeps of an account: the two that were set last. */
const keptValues = 2;
/** The server remembers the second in which a value was set, and replaces the oldest. */
const leastIntervalMs = 1_100;
/** How long to wait until one of the two values is not needed any more. */
const longestWaitMs = 300_000;
const waitStepMs = 1_000;

/**
 * TXT values at an acme-dns server. It keeps the last two values of an account and removes none, so a value that is not
 * needed any more stays until the next one takes its place, and at most two are in use at a time.
 */
export class AcmeDnsProvider implements DnsProvider {
  readonly #accounts: AcmeDnsAccounts;
  readonly #services: AcmeDnsServices;

  constructor(accounts: AcmeDnsAccounts, services: AcmeDnsServices) {
    this.#accounts = accounts;
    this.#services = services;
  }

  async createTxt({ name, value }: TxtRecord): Promise<void> {
    const account = await this.#accounts.accountAt(name);
    if (account === undefined) throw this.#noAccount(name);
    const live = liveValues(this.#accounts.server, account.fullDomain);
    await this.#waitForPlace(name, value, live);
    live.needed.add(value);
    try {
      await inTurn(`${this.#accounts.server} ${account.fullDomain}`, () => this.#publish(value, account, live));
    } catch (error) {
      live.needed.delete(value);
      throw error;
    }
  }

  async deleteTxt({ name, value }: TxtRecord): Promise<void> {
    liveValues(this.#accounts.server, name).needed.delete(value);
  }

  /** A third value would push out one that the CA has yet to read. */
  async #waitForPlace(name: string, value: string, { needed }: LiveValues): Promise<void> {
    const { clock, signal } = this.#services;
    const end = clock.now().getTime() + longestWaitMs;
    while (needed.size >= keptValues && !needed.has(value)) {
      if (clock.now().getTime() >= end) {
        throw this.#accounts.api.failure(
          `set a TXT value of ${name}`,
          `acme-dns keeps ${keptValues} values only, and these were in use for ${longestWaitMs / 1000} s`,
          'Renew the certificates with this name one after the other.',
        );
      }
      await clock.sleep(waitStepMs, signal);
    }
  }

  async #publish(value: string, account: AcmeDnsAccount, live: LiveValues): Promise<void> {
    const other = [...live.needed].find((needed) => needed !== value);
    const before = live.newest;
    const attempts = await this.#set(value, account, live);
    // What was sent twice may have taken the places of both.
    if (other !== undefined && (attempts > 1 || before !== other)) await this.#set(other, account, live);
  }

  /** @returns how often the value was sent */
  async #set(value: string, account: AcmeDnsAccount, live: LiveValues): Promise<number> {
    const { clock, signal } = this.#services;
    const { server, api } = this.#accounts;
    await clock.sleep(Math.max(0, live.setAt + leastIntervalMs - clock.now().getTime()), signal);
    let attempts = 0;
    try {
      await api.call(
        {
          action: `set a TXT value of ${account.fullDomain} at ${server}`,
          method: 'POST',
          url: `${server}/update`,
          body: JSON.stringify({ subdomain: account.subdomain, txt: value }),
          hint: ({ status }) => (status === 401 ? this.#forbiddenHint(account) : undefined),
          headers: () => {
            attempts += 1;
            return {
              'content-type': 'application/json',
              'x-api-user': account.username,
              'x-api-key': account.password,
            };
          },
        },
        (response) => {
          if (textAt(readJson(response), 'txt') !== value) throw new UnreadableReply('it does not repeat the value');
        },
      );
    } finally {
      live.setAt = clock.now().getTime();
    }
    live.newest = value;
    return attempts;
  }

  #forbiddenHint({ name }: AcmeDnsAccount): string {
    const place = this.#services.acmeDnsAccounts.placeOf(this.#accounts.server, name);
    return `The server does not know the account kept in ${place}, or takes its updates from other addresses only. To register a new one delete that file; then the CNAME has to be changed.`;
  }

  #noAccount(name: string): WacsError {
    return new WacsError(
      'ValidationSetupError',
      `cannot set a TXT value of ${name}: no account of it at ${this.#accounts.server} is kept`,
      { hint: 'Let _acme-challenge lead to an account by CNAME: create the renewal again to see the record.' },
    );
  }
}
