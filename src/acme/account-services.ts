import type { AcmeAccount } from '../core/acme.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { AccountStore } from '../core/stores.ts';
import type { AcmeSession } from './session.ts';
import type { AcmeTransport } from './transport.ts';

/** Kind of an account key: by its signature algorithm (RFC 7518 section 3.1), or that of another key, PKCS#8 PEM. */
export type AccountKeyKind = 'ES256' | 'RS256' | { readonly like: string };

/** What working with an account needs. */
export interface AccountServices {
  readonly transport: AcmeTransport;
  readonly accounts: AccountStore;
  /** Name of the account on this machine; absent for the usual one. */
  readonly accountName?: string;
  /** Creates an account key, PKCS#8 PEM. */
  readonly createAccountKey: (kind: AccountKeyKind) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** An account ready for orders. */
export interface OpenAccount {
  readonly session: AcmeSession;
  readonly account: AcmeAccount;
  /** Whether the CA has just told the state of the account; otherwise it is what was stored. */
  readonly confirmed: boolean;
}
