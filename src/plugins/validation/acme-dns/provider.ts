import type { DnsProvider, TxtRecord } from '../../../core/dns.ts';
import { WacsError } from '../../../core/errors.ts';
import type { Identifier } from '../../../core/identifier.ts';
import type { PluginServices } from '../../../core/plugin.ts';
import type { AcmeDnsAccount } from '../../../core/stores.ts';
import { challengeRecordName } from '../dns-validation.ts';
import { inTurn } from '../in-turn.ts';
import { AcmeDnsApi } from './api.ts';

/** The server remembers the second in which a value was set, and replaces the oldest. */
const leastIntervalMs = 1_100;
const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

type Services = Pick<PluginServices, 'http' | 'clock' | 'log' | 'signal' | 'acmeDnsAccounts'>;

/** What a server serves of one account, as far as this process has set it. */
interface LiveValues {
  /** Values that are needed now. */
  readonly needed: Set<string>;
  /** The value that was set last. */
  newest: string | undefined;
  /** When that was, milliseconds since 1970. */
  setAt: number;
}

/** By server and name; the same for all renewals of the process. */
const live = new Map<string, LiveValues>();

/**
 * TXT values at an acme-dns server. It keeps the last two values of an account and removes none, so a value that is not
 * needed any more stays until another one takes its place.
 */
export class AcmeDnsProvider implements DnsProvider {
  readonly #server: string;
  readonly #services: Services;
  readonly #api: AcmeDnsApi;

  constructor(server: string, services: Services) {
    this.#server = server;
    this.#services = services;
    this.#api = new AcmeDnsApi(server, services);
    const { protocol, hostname } = new URL(server);
    if (protocol === 'http:' && !loopback.test(hostname)) {
      services.log.warning(`${server} is asked without TLS: the passwords of its accounts can be read on the way`);
    }
  }

  /** A name that leads to no account gets one, and the record that has to be made is told. */
  async createTxt({ name, value }: TxtRecord, identifier: Identifier): Promise<void> {
    const accounts = await this.#services.acmeDnsAccounts.list(this.#server);
    const account = accounts.find(({ fullDomain }) => fullDomain === name);
    if (account === undefined) throw await this.#notDelegated(challengeRecordName(identifier), name);
    const values = this.#liveAt(name);
    values.needed.add(value);
    try {
      await inTurn(this.#keyOf(name), () => this.#publish(value, account, values));
    } catch (error) {
      values.needed.delete(value);
      throw error;
    }
  }

  async deleteTxt({ name, value }: TxtRecord): Promise<void> {
    this.#liveAt(name).needed.delete(value);
  }

  /** What else is needed must not be the older value when the next one comes. */
  async #publish(value: string, account: AcmeDnsAccount, values: LiveValues): Promise<void> {
    const other = [...values.needed].find((needed) => needed !== value);
    const before = values.newest;
    const sent = await this.#set(value, account, values);
    // What was sent twice may have taken both places.
    if (other !== undefined && (sent > 1 || before !== other)) await this.#set(other, account, values);
  }

  async #set(value: string, account: AcmeDnsAccount, values: LiveValues): Promise<number> {
    const { clock, signal } = this.#services;
    await clock.sleep(Math.max(0, values.setAt + leastIntervalMs - clock.now().getTime()), signal);
    try {
      const sent = await this.#api.update(account, value, this.#forbiddenHint(account));
      values.newest = value;
      return sent;
    } finally {
      values.setAt = clock.now().getTime();
    }
  }

  /** Apex and wildcard have one name, and get one account. */
  async #notDelegated(name: string, target: string): Promise<WacsError> {
    const { acmeDnsAccounts } = this.#services;
    const { fullDomain } = await inTurn(
      this.#keyOf(name),
      async () => (await acmeDnsAccounts.read(this.#server, name)) ?? this.#register(name),
    );
    const state = target === name ? 'does not lead to acme-dns yet' : `leads to ${target}, of which no account is kept`;
    return new WacsError(
      'ValidationSetupError',
      `${name} ${state}; create the DNS record "${name}. CNAME ${fullDomain}."`,
      {
        hint: 'Create it at the DNS service of the domain, then run this again; it stays the same for all renewals.',
      },
    );
  }

  async #register(name: string): Promise<AcmeDnsAccount> {
    const { acmeDnsAccounts, log } = this.#services;
    const account = await this.#api.register(name);
    await acmeDnsAccounts.write(this.#server, account);
    log.info(
      `${name}: registered an account at ${this.#server}, kept in ${acmeDnsAccounts.placeOf(this.#server, name)}`,
    );
    return account;
  }

  #forbiddenHint({ name }: AcmeDnsAccount): string {
    const place = this.#services.acmeDnsAccounts.placeOf(this.#server, name);
    return `The server does not know the account kept in ${place}, or takes its updates from other addresses only. To register a new one delete that file; then the CNAME has to be changed.`;
  }

  #liveAt(name: string): LiveValues {
    const found = live.get(this.#keyOf(name)) ?? { needed: new Set<string>(), newest: undefined, setAt: 0 };
    live.set(this.#keyOf(name), found);
    return found;
  }

  #keyOf(name: string): string {
    return `${this.#server} ${name}`;
  }
}
