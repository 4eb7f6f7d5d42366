import type { Limiter } from './bounded.ts';
import type { IssuedCertificate } from './certificate.ts';
import { checkStores, deployCertificate } from './deploy.ts';
import { type DueDecision, decideDue, isTooLate, isUrgent } from './due-date.ts';
import { toWacsError, type WacsError } from './errors.ts';
import { issueCertificate } from './issue.ts';
import { fileIdOf } from './part.ts';
import { planKey } from './plan-key.ts';
import type { CsrPlugin, Target } from './plugin.ts';
import { previousKey } from './previous-key.ts';
import { withDeployed, withFailure, withIssued } from './record.ts';
import type { RenewalOutcome, RenewOptions, RenewServices } from './renew-services.ts';
import type { Renewal } from './renewal.ts';
import { askRenewalInfo, learnRenewalInfo, type RenewalInfoServices } from './renewal-info.ts';
import type { RenewalKeeper } from './renewal-keeper.ts';
import { PostponedAttempt, respectRetryAt } from './retry-at.ts';

/** One certificate as the plan wants it now. */
export interface WishedCertificate {
  /** Which of several certificates of the renewal. */
  readonly part: string | undefined;
  readonly target: Target;
  /** Undefined when the target brings the request. */
  readonly csr: CsrPlugin | undefined;
}

/** What a certificate is worked on with. */
export interface PartServices extends RenewServices {
  readonly options: RenewOptions;
  readonly keeper: RenewalKeeper;
  /** One deployment of the renewal at a time: stores and steps of several certificates often touch the same things. */
  readonly limitDeployments: Limiter;
}

/** An outcome to which the renewal is added when all its certificates are done. */
export type PartOutcome = Omit<RenewalOutcome, 'renewal'>;

/** Everything about the certificate in hand; `view` and `keep` show the renewal as if it had this one only. */
interface Work extends WishedCertificate, PartServices {
  readonly fileId: string;
  readonly profile: string | undefined;
  readonly planKey: string;
  view(): Renewal;
  keep(next: Renewal): Promise<void>;
}

/** Does what is due for one certificate. Failures are part of the outcome; only an interruption is thrown. */
export async function processPart(wished: WishedCertificate, services: PartServices): Promise<PartOutcome> {
  const { part } = wished;
  const named = part === undefined ? {} : { part };
  try {
    return { ...named, ...(await process(prepare(wished, services))) };
  } catch (error) {
    const failure = toWacsError(error);
    if (failure.code === 'Interrupted') throw failure;
    await recordFailure(services.keeper, part, failure, services);
    return { ...named, result: 'failed', error: failure };
  }
}

/** A failure that cannot be recorded must hide neither itself nor what the run has done for other certificates. */
export async function recordFailure(
  keeper: RenewalKeeper,
  part: string | undefined,
  failure: WacsError,
  { clock, log }: Pick<RenewServices, 'clock' | 'log'>,
): Promise<void> {
  if (failure instanceof PostponedAttempt) return;
  const view = keeper.view(part);
  try {
    await keeper.keepView(part, withFailure(view, failure, clock.now()));
  } catch (error) {
    log.warning(`cannot record the failure of renewal "${view.friendlyName}": ${toWacsError(error).message}`);
  }
}

function prepare(wished: WishedCertificate, services: PartServices): Work {
  const { part, target, csr } = wished;
  const { keeper, options } = services;
  const { id, plan } = keeper.current();
  const profile = plan.profile ?? options.profile;
  return {
    ...services,
    ...wished,
    fileId: fileIdOf(id, part),
    profile,
    planKey: planKey(target, csr, profile),
    view: () => keeper.view(part),
    keep: (next) => keeper.keepView(part, next),
  };
}

async function process(work: Work): Promise<PartOutcome> {
  const { view, keep, plans, clock, log, options } = work;
  const decision = await decide(work);
  if (decision.action === 'nothing') return { result: 'notDue', decision };
  log.info(`renewal "${view().friendlyName}": ${reasonText[decision.reason]}`);
  await checkStores(plans.stores(view().plan));
  const stored = decision.action === 'deploy' ? await cached(work) : undefined;
  if (stored !== undefined) await forgetOrderOf(stored, work);
  const certificate = stored ?? (await order(work));
  const superseded = await work.limitDeployments(() => deploy(certificate, work));
  await keep(withDeployed(view(), { renewed: stored === undefined, date: clock.now(), superseded }));
  await learnRenewalInfo(view(), options.policy, infoServices(work));
  return { result: stored === undefined ? 'renewed' : 'deployedOnly', decision };
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

async function decide(work: Work): Promise<DueDecision> {
  const { options, clock, log } = work;
  const renewal = work.view();
  const { policy, force } = options;
  const context = { now: clock.now(), policy, planKey: work.planKey, force };
  const { certificate } = renewal.state;
  if (certificate !== undefined && isTooLate(certificate, policy))
    log.verbose(`renewal "${renewal.friendlyName}": RenewalDays is too late for its lifetime and left aside`);
  const first = decideDue(renewal, context);
  // A window that has come may have been moved since the CA was asked last.
  const isSettled = first.action === 'order' && first.reason !== 'renewalInfo';
  const asked = isSettled ? renewal : await askRenewalInfo(renewal, policy, infoServices(work));
  if (asked === renewal) return respectRetryAt(renewal, first, context);
  const later = { ...context, now: clock.now() };
  return respectRetryAt(asked, decideDue(asked, later), later);
}

function infoServices(work: Work): RenewalInfoServices {
  const { clock, random, log, keep } = work;
  return { clock, random, log, keep, source: work.renewalInfo };
}

async function order(work: Work): Promise<IssuedCertificate> {
  const { view, keep, fileId, options, profile, target, csr, cache, log } = work;
  const { plan, friendlyName } = view();
  const previousKeyPem = await previousKey({ renewal: view(), fileId, target, csr }, work);
  const validation = work.plans.validation(plan);
  const authority = await work.authority(plan.account);
  await authority.ensureAccount(options.account);
  const preferredIssuer = plan.preferredIssuer ?? options.preferredIssuer;
  const replaces = replacedBy(view(), work.clock.now());
  const issued = await issueCertificate(
    {
      fileId,
      friendlyName,
      target,
      csr,
      validation,
      planKey: work.planKey,
      noCache: options.noCache,
      urgent: isUrgent(view(), { now: work.clock.now(), policy: options.policy }),
      ...(profile === undefined ? {} : { profile }),
      ...(preferredIssuer === undefined ? {} : { preferredIssuer }),
      ...(replaces === undefined ? {} : { replaces }),
      ...(previousKeyPem === undefined ? {} : { previousKeyPem }),
    },
    { ...work, authority },
  );
  await cache.write(fileId, issued);
  await keep(withIssued(view(), issued, work.planKey));
  await work.orders.remove(fileId);
  const { thumbprint, notAfter } = issued.info;
  log.info(`certificate ${thumbprint} for ${issued.commonName} issued, valid until ${notAfter.toISOString()}`);
  return issued;
}

/** Only a certificate that is still in use can be named as the predecessor (RFC 9773 section 5). */
function replacedBy({ state: { certificate } }: Renewal, now: Date): string | undefined {
  if (certificate === undefined || certificate.notAfter <= now || certificate.revoked === true) return undefined;
  return certificate.renewalInfoId;
}

/** A kill between two files, or a hand, can leave another certificate there or none; waiting would not bring it back. */
async function cached({ view, cache, fileId, log }: Work): Promise<IssuedCertificate | undefined> {
  const certificate = await cache.read(fileId);
  if (certificate?.info.thumbprint === view().state.certificate?.thumbprint) return certificate;
  log.warning(`renewal "${view().friendlyName}": its stored certificate is gone; ordering a new one`);
  return undefined;
}

/** Killed after the certificate was recorded, a run leaves its order behind, which would give the same certificate again. */
async function forgetOrderOf({ privateKeyPem }: IssuedCertificate, { orders, fileId }: Work): Promise<void> {
  const record = await orders.read(fileId);
  if (record !== undefined && record.privateKeyPem === privateKeyPem) await orders.remove(fileId);
}

async function deploy(certificate: IssuedCertificate, work: Work): Promise<readonly string[]> {
  const { plans, fileId } = work;
  const { id, plan, state } = work.view();
  const { previous, superseded } = state.certificate ?? {};
  return deployCertificate(
    {
      renewalId: id,
      fileId,
      certificate,
      stores: plans.stores(plan),
      installations: plans.installations(plan),
      ...(previous === undefined ? {} : { previous }),
      ...(superseded === undefined ? {} : { superseded }),
    },
    work,
  );
}
