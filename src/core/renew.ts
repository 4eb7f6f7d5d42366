import type { AccountRequest, CertificateAuthority, RenewalInfoSource } from './acme.ts';
import type { CertificateTools, IssuedCertificate, PfxProtection } from './certificate.ts';
import { checkStores, deployCertificate, type Named } from './deploy.ts';
import { type DueDecision, type DuePolicy, decideDue, isTooLate } from './due-date.ts';
import { toWacsError, WacsError } from './errors.ts';
import { type IssueServices, issueCertificate } from './issue.ts';
import { planKey } from './plan-key.ts';
import type {
  CsrPlugin,
  InstallationPlugin,
  OrderPlugin,
  SourcePlugin,
  StorePlugin,
  Target,
  ValidationPlugin,
} from './plugin.ts';
import type { Clock, Log, Random } from './ports.ts';
import { withDeployed, withFailure, withIssued } from './record.ts';
import type { Renewal, RenewalPlan } from './renewal.ts';
import { askRenewalInfo, learnRenewalInfo, type RenewalInfoServices } from './renewal-info.ts';
import { PostponedAttempt, respectRetryAt } from './retry-at.ts';
import type { CertificateCache, OrderStore, RenewalStore } from './stores.ts';

/** Turns a stored plan into plugins. @throws WacsError ConfigurationError for a plan that does not hold together. */
export interface PlanResolver {
  source(plan: RenewalPlan): SourcePlugin;
  order(plan: RenewalPlan): OrderPlugin;
  csr(plan: RenewalPlan): CsrPlugin;
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
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What became of one renewal in a run. */
export interface RenewalOutcome {
  readonly renewal: Renewal;
  readonly result: 'renewed' | 'deployedOnly' | 'notDue' | 'revoked' | 'failed';
  readonly decision?: DueDecision;
  readonly error?: WacsError;
}

/**
 * Does what is due for one renewal, and records it: nothing, a deployment that failed before, or a new certificate and
 * its deployment. Failures are part of the outcome; only an interruption is thrown.
 */
export async function processRenewal(
  renewal: Renewal,
  options: RenewOptions,
  services: RenewServices,
): Promise<RenewalOutcome> {
  let current = renewal;
  const keep = async (next: Renewal): Promise<void> => {
    current = next;
    await services.renewals.write(next);
  };
  try {
    const decision = await decide(current, options, services, keep);
    if (decision.action === 'nothing') return { renewal: current, result: 'notDue', decision };
    services.log.info(`renewal "${current.friendlyName}": ${reasonText[decision.reason]}`);
    await checkStores(services.plans.stores(current.plan));
    const stored = decision.action === 'deploy' ? await cached(current, services) : undefined;
    const certificate = stored ?? (await order(current, options, services, keep));
    const superseded = await deploy(current, certificate, services);
    await keep(withDeployed(current, { renewed: stored === undefined, date: services.clock.now(), superseded }));
    await learnRenewalInfo(current, options.policy, infoServices(services, keep));
    return { renewal: current, result: stored === undefined ? 'renewed' : 'deployedOnly', decision };
  } catch (error) {
    const failure = toWacsError(error);
    if (failure.code === 'Interrupted') throw failure;
    return { renewal: await recordFailure(current, failure, services), result: 'failed', error: failure };
  }
}

const reasonText: Record<DueDecision['reason'], string> = {
  forced: 'renewing because it was forced',
  new: 'getting its first certificate',
  changed: 'renewing because names, key or profile have changed',
  revoked: 'renewing because its certificate was revoked',
  renewalInfo: 'renewing because the CA asks for it now',
  renewalDays: 'renewing because of the RenewalDays setting',
  lifetime: 'renewing because of its remaining lifetime',
  expiresSoon: 'renewing because it expires soon',
  deployment: 'deploying its stored certificate, which failed before',
  notDue: 'not due',
};

type Keep = (next: Renewal) => Promise<void>;

/** A failure that cannot be recorded must hide neither itself nor what the run has done for the other renewals. */
async function recordFailure(renewal: Renewal, failure: WacsError, services: RenewServices): Promise<Renewal> {
  if (failure instanceof PostponedAttempt) return renewal;
  const recorded = withFailure(renewal, failure, services.clock.now());
  try {
    await services.renewals.write(recorded);
  } catch (error) {
    const reason = toWacsError(error).message;
    services.log.warning(`cannot record the failure of renewal "${renewal.friendlyName}": ${reason}`);
  }
  return recorded;
}

async function decide(
  renewal: Renewal,
  options: RenewOptions,
  services: RenewServices,
  keep: Keep,
): Promise<DueDecision> {
  const { target, csr } = await readPlan(renewal, services);
  const wished = planKey(target, csr.key, profileOf(renewal, options));
  const context = { now: services.clock.now(), policy: options.policy, planKey: wished, force: options.force };
  const { certificate } = renewal.state;
  if (certificate !== undefined && isTooLate(certificate, options.policy))
    services.log.verbose(`renewal "${renewal.friendlyName}": RenewalDays is too late for its lifetime and left aside`);
  const first = decideDue(renewal, context);
  if (first.action === 'order') return respectRetryAt(renewal, first, context);
  const asked = await askRenewalInfo(renewal, options.policy, infoServices(services, keep));
  if (asked === renewal) return first;
  const later = { ...context, now: services.clock.now() };
  return respectRetryAt(asked, decideDue(asked, later), later);
}

function infoServices(services: RenewServices, keep: Keep): RenewalInfoServices {
  return { ...services, source: services.renewalInfo, keep };
}

async function readPlan(renewal: Renewal, services: RenewServices): Promise<{ target: Target; csr: CsrPlugin }> {
  const { plans } = services;
  const whole = await plans.source(renewal.plan).readTarget();
  const [part, ...more] = plans.order(renewal.plan).split(whole);
  if (part === undefined || more.length > 0)
    throw new WacsError('ConfigurationError', 'a renewal must give exactly one certificate');
  return { target: part.target, csr: plans.csr(renewal.plan) };
}

function profileOf(renewal: Renewal, options: RenewOptions): string | undefined {
  return renewal.plan.profile ?? options.profile;
}

async function order(
  renewal: Renewal,
  options: RenewOptions,
  services: RenewServices,
  keep: Keep,
): Promise<IssuedCertificate> {
  const { target, csr } = await readPlan(renewal, services);
  const validation = services.plans.validation(renewal.plan);
  const authority = await services.authority(renewal.plan.account);
  await authority.ensureAccount(options.account);
  const profile = profileOf(renewal, options);
  const preferredIssuer = renewal.plan.preferredIssuer ?? options.preferredIssuer;
  const previous = await services.cache.read(renewal.id);
  const wished = planKey(target, csr.key, profile);
  const replaces = replacedBy(renewal, services.clock.now());
  const mayReuseKey = csr.reusePrivateKey && renewal.state.certificate?.retireKey !== true;
  const issueServices: IssueServices = { ...services, authority };
  const issued = await issueCertificate(
    {
      renewalId: renewal.id,
      friendlyName: renewal.friendlyName,
      target,
      csr,
      validation,
      planKey: wished,
      noCache: options.noCache,
      ...(profile === undefined ? {} : { profile }),
      ...(preferredIssuer === undefined ? {} : { preferredIssuer }),
      ...(replaces === undefined ? {} : { replaces }),
      ...(mayReuseKey && previous !== undefined ? { previousKeyPem: previous.privateKeyPem } : {}),
    },
    issueServices,
  );
  await services.cache.write(renewal.id, issued);
  await keep(withIssued(renewal, issued, wished));
  await services.orders.remove(renewal.id);
  services.log.info(`certificate ${issued.info.thumbprint} issued, valid until ${issued.info.notAfter.toISOString()}`);
  return issued;
}

/** Only a certificate that is still in use can be named as the predecessor (RFC 9773 section 5). */
function replacedBy(renewal: Renewal, now: Date): string | undefined {
  const certificate = renewal.state.certificate;
  if (certificate === undefined || certificate.notAfter <= now || certificate.revoked === true) return undefined;
  return certificate.renewalInfoId;
}

/** A kill between two files, or a hand, can leave another certificate there or none; waiting would not bring it back. */
async function cached(renewal: Renewal, services: RenewServices): Promise<IssuedCertificate | undefined> {
  const certificate = await services.cache.read(renewal.id);
  if (certificate?.info.thumbprint === renewal.state.certificate?.thumbprint) return certificate;
  services.log.warning(`renewal "${renewal.friendlyName}": its stored certificate is gone; ordering a new one`);
  return undefined;
}

async function deploy(
  renewal: Renewal,
  certificate: IssuedCertificate,
  services: RenewServices,
): Promise<readonly string[]> {
  const { previous, superseded } = renewal.state.certificate ?? {};
  return deployCertificate(
    {
      renewalId: renewal.id,
      certificate,
      stores: services.plans.stores(renewal.plan),
      installations: services.plans.installations(renewal.plan),
      ...(previous === undefined ? {} : { previous }),
      ...(superseded === undefined ? {} : { superseded }),
    },
    services,
  );
}
