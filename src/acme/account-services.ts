import type { AcmeAccount } from '../core/acme.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { AccountStore } from '../core/stores.ts';
import type { AcmeSession } from './session.ts';
import type { AcmeTransport } from './transport.ts';

/** What working with an account needs. */
export interface AccountServices {
  readonly transport: AcmeTransport;
  readonly accounts: AccountStore;
  /** Name of the account on this machine; absent for the usual one. */
  readonly accountName?: string;
  /** Creates an account key, PKCS#8 PEM; of the same kind as another key if one is given. */
  readonly createAccountKey: (like?: string) => Promise<string>;
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
