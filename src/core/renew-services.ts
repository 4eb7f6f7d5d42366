import type { AccountRequest, CertificateAuthority, RenewalInfoSource } from './acme.ts';
import type { Limiter } from './bounded.ts';
import type { CertificateTools, PfxProtection } from './certificate.ts';
import type { Named } from './deploy.ts';
import type { DueDecision, DuePolicy } from './due-date.ts';
import type { WacsError } from './errors.ts';
import type {
  CsrPlugin,
  InstallationPlugin,
  OrderPlugin,
  SourcePlugin,
  StorePlugin,
  ValidationPlugin,
} from './plugin.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { Renewal, RenewalPlan } from './renewal.ts';
import type { CertificateCache, OrderStore, RenewalStore } from './stores.ts';

/** Turns a stored plan into plugins. @throws WacsError ConfigurationError for a plan that does not hold together. */
export interface PlanResolver {
  source(plan: RenewalPlan): SourcePlugin;
  order(plan: RenewalPlan): OrderPlugin;
  /** Undefined when the source brings the request. */
  csr(plan: RenewalPlan): CsrPlugin | undefined;
  validation(plan: RenewalPlan): ValidationPlugin;
  stores(plan: RenewalPlan): readonly Named<StorePlugin>[];
  installations(plan: RenewalPlan): readonly Named<InstallationPlugin>[];
}

/** How a run treats renewals. */
export interface RenewOptions {
  readonly account: AccountRequest;
  readonly policy: DuePolicy;
  readonly force: boolean;
  /** Do not go on with a stored order. */
  readonly noCache: boolean;
  readonly preferredIssuer?: string;
  readonly profile?: string;
}

/** What renewing needs; the parts that are functions are loaded on first use. */
export interface RenewServices {
  readonly plans: PlanResolver;
  /** The CA with one of the accounts at it; without a name, the usual one. */
  readonly authority: (account?: string) => Promise<CertificateAuthority>;
  readonly certificates: CertificateTools;
  readonly renewalInfo: RenewalInfoSource;
  readonly renewals: RenewalStore;
  readonly orders: OrderStore;
  readonly cache: CertificateCache;
  readonly pfxProtection: PfxProtection;
  readonly createPassword: () => string;
  /** Bounds the certificates that a run works on at the same time, over all renewals. */
  readonly limitCertificates: Limiter;
  /** Bounds the names that a run validates at the same time, over all renewals. */
  readonly limitValidations: Limiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What became of one certificate of a renewal in a run. */
export interface RenewalOutcome {
  /** As it is after the run, with all its certificates. */
  readonly renewal: Renewal;
  /** Which of several certificates. */
  readonly part?: string;
  readonly result: 'renewed' | 'deployedOnly' | 'notDue' | 'revoked' | 'failed';
  readonly decision?: DueDecision;
  readonly error?: WacsError;
}
