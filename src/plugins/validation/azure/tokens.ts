import type { Clock, HttpResponse } from '../../../core/ports.ts';
import { type DnsApi, UnreadableReply } from '../dns-api.ts';
import { readJson, requireText, valueAt } from '../dns-api-reply.ts';
import { remember } from '../remember.ts';
import type { AzureEndpoints } from './environments.ts';

/** Tokens are replaced when less than this is left of them. */
const leastValidityMs = 5 * 60_000;

/** Who signs in: an app registration, or the managed identity of this machine. */
export interface AzureIdentity {
  readonly useMsi: boolean;
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
}

/** Services that give tokens. */
export interface TokenServices {
  readonly endpoints: AzureEndpoints;
  readonly login: DnsApi;
  readonly metadata: DnsApi;
  readonly clock: Clock;
}

interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Gets tokens for Azure Resource Manager and keeps them while they are valid. */
export class TokenSource {
  readonly #identity: AzureIdentity;
  readonly #services: TokenServices;
  readonly #known = new Map<string, Promise<Token>>();

  constructor(identity: AzureIdentity, services: TokenServices) {
    this.#identity = identity;
    this.#services = services;
    if (identity.secret !== undefined) services.login.hide(identity.secret);
  }

  /** @throws WacsError ValidationSetupError. */
  async get(): Promise<string> {
    const load = (): Promise<Token> => (this.#identity.useMsi ? this.#ofMachine() : this.#bySecret());
    const found = await remember(this.#known, 'current', load);
    if (found.expiresAt - this.#services.clock.now().getTime() > leastValidityMs) return found.value;
    this.#known.clear();
    return (await remember(this.#known, 'current', load)).value;
  }

  /** Client credentials with a secret (RFC 6749 section 4.4; MS docs, "OAuth 2.0 client credentials flow"). */
  #bySecret(): Promise<Token> {
    const { login, endpoints } = this.#services;
    const { tenantId = '', clientId = '', secret = '' } = this.#identity;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope: `${endpoints.audience}/.default`,
    });
    return login.call(
      {
        action: `sign in as the client ${clientId} of the tenant ${tenantId}`,
        method: 'POST',
        url: `${endpoints.login}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
        body: body.toString(),
        headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
      },
      (response) => this.#readToken(response),
    );
  }

  /** MS docs, "Use managed identities on a virtual machine to acquire an access token". */
  #ofMachine(): Promise<Token> {
    const { metadata, endpoints } = this.#services;
    const { clientId } = this.#identity;
    const query = new URLSearchParams({
      'api-version': '2018-02-01',
      resource: `${endpoints.audience}/`,
      ...(clientId === undefined ? {} : { client_id: clientId }),
    });
    return metadata.call(
      {
        action: 'sign in as the managed identity of this machine',
        local: true,
        method: 'GET',
        url: `${endpoints.metadata}/metadata/identity/oauth2/token?${query}`,
        headers: () => ({ metadata: 'true' }),
      },
      (response) => this.#readToken(response),
    );
  }

  /** `expires_in` is a number from one service and text from the other. */
  #readToken(response: HttpResponse): Token {
    const reply = readJson(response);
    const value = requireText(reply, 'access_token');
    const seconds = Number(valueAt(reply, 'expires_in'));
    if (!Number.isFinite(seconds)) throw new UnreadableReply('"expires_in" is no number');
    this.#services.login.hide(value);
    return { value, expiresAt: this.#services.clock.now().getTime() + seconds * 1000 };
  }
}
