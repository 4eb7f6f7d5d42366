import { WacsError } from '../../../core/errors.ts';
import type { PluginServices } from '../../../core/plugin.ts';
import type { AcmeDnsAccount } from '../../../core/stores.ts';
import { type ApiDialect, DnsApi } from '../dns-api.ts';
import { jsonOrNothing, readJson, requireText, textAt } from '../dns-api-reply.ts';
import { inTurn } from '../in-turn.ts';

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** How acme-dns refuses: one word in `error`. */
const dialect: ApiDialect = {
  service: 'acme-dns',
  wordsOf: (response) => textAt(jsonOrNothing(response), 'error'),
  hintFor({ status }) {
    if (status === 404 || status === 405) {
      return 'Check --acmednsserver; or the server takes no registrations (disable_registration).';
    }
    return 'See the log of the acme-dns server, then run this again.';
  },
};

/** What the accounts need. */
export type AcmeDnsServices = Pick<PluginServices, 'http' | 'clock' | 'log' | 'signal' | 'dns' | 'acmeDnsAccounts'>;

/** The accounts at one acme-dns server, and whether names lead to them. */
export class AcmeDnsAccounts {
  readonly server: string;
  readonly api: DnsApi;
  readonly #services: AcmeDnsServices;

  constructor(server: string, services: AcmeDnsServices) {
    this.server = server;
    this.api = new DnsApi(dialect, services);
    this.#services = services;
    const { protocol, hostname } = new URL(server);
    if (protocol === 'http:' && !loopback.test(hostname)) {
      services.log.warning(`${server} is asked without TLS: the passwords of its accounts can be read on the way`);
    }
  }

  /** The account whose values appear at a name; undefined when there is none. */
  async accountAt(fullDomain: string): Promise<AcmeDnsAccount | undefined> {
    const all = await this.#services.acmeDnsAccounts.list(this.server);
    const account = all.find((one) => one.fullDomain.toLowerCase() === fullDomain);
    if (account !== undefined) this.api.hide(account.password);
    return account;
  }

  /**
   * Returns when a challenge's name leads to an account at the server. Otherwise an account is registered for the name,
   * unless there is one, and the record that has to be made is told.
   * @throws WacsError ValidationSetupError.
   */
  async requireDelegation(name: string): Promise<void> {
    const { dns, acmeDnsAccounts } = this.#services;
    const target = await dns.followAliases(name);
    if ((await this.accountAt(target)) !== undefined) return;
    // Apex and wildcard have one name, and get one account.
    const account = await inTurn(
      `${this.server} ${name}`,
      async () => (await acmeDnsAccounts.read(this.server, name)) ?? this.#register(name),
    );
    throw this.#notDelegated(name, target, account);
  }

  #notDelegated(name: string, target: string, { fullDomain }: AcmeDnsAccount): WacsError {
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
    const account = await this.api.call(
      {
        action: `register an account for ${name} at ${this.server}`,
        method: 'POST',
        url: `${this.server}/register`,
        body: '{}',
        headers: () => ({ 'content-type': 'application/json' }),
      },
      (response) => {
        const reply = readJson(response);
        return {
          name,
          fullDomain: requireText(reply, 'fulldomain').toLowerCase().replace(/\.$/, ''),
          subdomain: requireText(reply, 'subdomain'),
          username: requireText(reply, 'username'),
          password: requireText(reply, 'password'),
        };
      },
    );
    this.api.hide(account.password);
    await acmeDnsAccounts.write(this.server, account);
    log.info(
      `registered an account for ${name} at ${this.server}, kept in ${acmeDnsAccounts.placeOf(this.server, name)}`,
    );
    return account;
  }
}
