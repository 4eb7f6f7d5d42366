import type { PluginServices } from '../../../core/plugin.ts';
import type { AcmeDnsAccount } from '../../../core/stores.ts';
import { type ApiCall, type ApiDialect, DnsApi, UnreadableReply } from '../dns-api.ts';
import { jsonOrNothing, readJson, requireText, textAt } from '../dns-api-reply.ts';

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

/** The two calls of an acme-dns server. */
export class AcmeDnsApi {
  readonly #server: string;
  readonly #api: DnsApi;

  constructor(server: string, services: Pick<PluginServices, 'http' | 'clock' | 'log' | 'signal'>) {
    this.#server = server;
    this.#api = new DnsApi(dialect, services);
  }

  /** Makes an account. @param name what it is for */
  async register(name: string): Promise<AcmeDnsAccount> {
    const call = this.#post(`register an account for ${name} at ${this.#server}`, 'register', {});
    return this.#api.call(call, (response) => {
      const reply = readJson(response);
      const password = requireText(reply, 'password');
      this.#api.hide(password);
      return {
        name,
        fullDomain: requireText(reply, 'fulldomain').toLowerCase().replace(/\.$/, ''),
        subdomain: requireText(reply, 'subdomain'),
        username: requireText(reply, 'username'),
        password,
      };
    });
  }

  /**
   * Sets a value in place of the older of the two there.
   * @param forbiddenHint what to do when the server does not accept the account
   * @returns how often it was sent: an answer may have been lost
   */
  async update(
    { fullDomain, subdomain, username, password }: AcmeDnsAccount,
    value: string,
    forbiddenHint: string,
  ): Promise<number> {
    this.#api.hide(password);
    let sent = 0;
    const call = this.#post(`set a TXT value of ${fullDomain} at ${this.#server}`, 'update', { subdomain, txt: value });
    const headers = () => {
      sent += 1;
      return { ...call.headers(), 'x-api-user': username, 'x-api-key': password };
    };
    const hint: ApiCall['hint'] = ({ status }) => (status === 401 ? forbiddenHint : undefined);
    await this.#api.call({ ...call, headers, hint }, (response) => {
      if (textAt(readJson(response), 'txt') !== value) throw new UnreadableReply('it does not repeat the value');
    });
    return sent;
  }

  #post(action: string, path: string, body: object) {
    return {
      action,
      method: 'POST' as const,
      url: `${this.#server}/${path}`,
      body: JSON.stringify(body),
      headers: () => ({ 'content-type': 'application/json' }),
    };
  }
}
