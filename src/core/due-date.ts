import { untilNextRun } from './cadence.ts';
import { lifetimeOf, reserveOf } from './lifetime.ts';
import type { CertificateState, Renewal, RenewalInfoState } from './renewal.ts';

const day = 24 * 60 * 60 * 1000;
/** What is left of a certificate when it is renewed whatever the CA's window says, unless the settings tell. */
const lastDays = 7;
/** The least that settings can make of that: part of the lifetime. */
const leastRest = 1 / 20;

/** Settings that change when a renewal is due; names and meaning are win-acme's. */
export interface DuePolicy {
  /** Days after issuance, in place of the fraction of the lifetime. */
  readonly renewalDays?: number;
  /** Certificates are due at a moment of their own within so many days before the rule's. */
  readonly renewalDaysRange?: number;
  /** Days that must be left of a certificate; none is renewed later. */
  readonly minimumValidDays?: number;
  /** Leave the CA's window (RFC 9773) out of account. */
  readonly disableServerSchedule?: boolean;
}

/** What the decision rests on. */
export interface DueContext {
  readonly now: Date;
  readonly policy: DuePolicy;
  /** Fingerprint of what the plan asks for now. */
  readonly planKey: string;
  readonly force: boolean;
}

/** Why a renewal has work, or has none. */
export type DueReason =
  | 'forced'
  | 'new'
  | 'changed'
  | 'revoked'
  | 'renewalInfo'
  | 'renewalDays'
  | 'lifetime'
  | 'expiresSoon'
  | 'deployment'
  | 'notDue';

/** When each renewal is due: one may have settings of its own. */
export type PolicyOf = (renewal: Renewal) => DuePolicy;

/** What a run has to do for a renewal. */
export interface DueDecision {
  /** `order` a certificate, only `deploy` the stored one, or `nothing`. */
  readonly action: 'order' | 'deploy' | 'nothing';
  readonly reason: DueReason;
  /** When the next certificate is due; the present for work that is due. */
  readonly dueAt: Date;
}

/** The moment from which on a certificate is to be replaced, and the rule that says so. */
export interface NextDue {
  readonly dueAt: Date;
  readonly reason: DueReason;
}

/**
 * Decides what is due: forced, new or changed at once; else the moment drawn in the CA's window (RFC 9773); else when a
 * third of the lifetime is left, a half under 10 days, or after `renewalDays`. In an open window the moment counts as
 * come when the next run would be later (section 4.2, step 5); before the window opens nothing is ordered, unless the CA
 * has moved it forward. A certificate whose deployment failed is deployed again without a new order.
 */
export function decideDue(renewal: Renewal, context: DueContext): DueDecision {
  const { now } = context;
  const { certificate, renewalInfo } = renewal.state;
  const immediate = immediateReason(certificate, context);
  if (immediate !== undefined || certificate === undefined)
    return { action: 'order', reason: immediate ?? 'new', dueAt: now };
  const next = nextDue(certificate, renewalInfo, context.policy);
  if (next.dueAt <= now || wouldBeMissed(next, certificate, { renewalInfo, now })) return { action: 'order', ...next };
  if (!certificate.deployed) return { action: 'deploy', reason: 'deployment', dueAt: now };
  return { action: 'nothing', reason: 'notDue', dueAt: next.dueAt };
}

/** When the next certificate is due and which rule says so. */
export function nextDue(
  certificate: CertificateState,
  renewalInfo: RenewalInfoState | undefined,
  policy: DuePolicy,
): NextDue {
  const latest = latestMoment(certificate, policy);
  const moment = policy.disableServerSchedule ? undefined : momentFor(certificate, renewalInfo);
  const planned: NextDue =
    moment === undefined ? ownRule(certificate, policy) : { dueAt: moment, reason: 'renewalInfo' };
  return planned.dueAt <= latest ? planned : { dueAt: latest, reason: 'expiresSoon' };
}

/**
 * True for a certificate that has to be replaced even when others of the run are told to wait: it is about to expire, or
 * the CA's window is open, for which CAs make an exception from their limits.
 */
export function isUrgent({ state }: Renewal, { now, policy }: Pick<DueContext, 'now' | 'policy'>): boolean {
  const { certificate, renewalInfo } = state;
  if (certificate === undefined) return false;
  if (latestMoment(certificate, policy) <= now) return true;
  const moment = policy.disableServerSchedule ? undefined : momentFor(certificate, renewalInfo);
  return moment !== undefined && isOpen(renewalInfo, now);
}

/** Setting `RenewalDays` is out of the question when it leaves less than the rest that any certificate keeps. */
export function isTooLate(certificate: CertificateState, policy: DuePolicy): boolean {
  const dueAt = afterRenewalDays(certificate, policy);
  return dueAt !== undefined && dueAt > latestMoment(certificate, policy);
}

function immediateReason(certificate: CertificateState | undefined, context: DueContext): DueReason | undefined {
  if (certificate === undefined) return 'new';
  if (context.force) return 'forced';
  if (certificate.planKey !== context.planKey) return 'changed';
  return certificate.revoked === true ? 'revoked' : undefined;
}

function momentFor(certificate: CertificateState, known: RenewalInfoState | undefined): Date | undefined {
  return known?.certificateId === certificate.renewalInfoId ? known?.selectedMoment : undefined;
}

/** A window that has not opened yet is waited for, unless the CA has moved it forward. */
function wouldBeMissed(
  { dueAt, reason }: NextDue,
  certificate: CertificateState,
  { renewalInfo, now }: { renewalInfo: RenewalInfoState | undefined; now: Date },
): boolean {
  if (reason !== 'renewalInfo') return false;
  const { usual, longest } = untilNextRun(certificate);
  if (renewalInfo?.hurried === true) return dueAt.getTime() < now.getTime() + longest;
  return isOpen(renewalInfo, now) && dueAt.getTime() < now.getTime() + usual;
}

function isOpen(renewalInfo: RenewalInfoState | undefined, now: Date): boolean {
  return renewalInfo?.windowStart !== undefined && renewalInfo.windowStart <= now;
}

/** What leaves enough runs of the task for repetitions: a week, half the reserve of short lifetimes. */
function latestMoment(certificate: CertificateState, { minimumValidDays }: DuePolicy): Date {
  const reserve = reserveOf(certificate);
  const usual = Math.min(lastDays * day, reserve / 2);
  const least = lifetimeOf(certificate) * leastRest;
  const rest = minimumValidDays === undefined ? usual : Math.min(Math.max(minimumValidDays * day, least), reserve);
  return new Date(certificate.notAfter.getTime() - rest);
}

function ownRule(certificate: CertificateState, policy: DuePolicy): NextDue {
  const fixed = isTooLate(certificate, policy) ? undefined : afterRenewalDays(certificate, policy);
  const end = fixed?.getTime() ?? certificate.notAfter.getTime() - reserveOf(certificate);
  // A range as long as the wait itself would have a fresh certificate replaced by each run.
  const range = Math.min((policy.renewalDaysRange ?? 0) * day, (end - certificate.notBefore.getTime()) / 2);
  const dueAt = new Date(Math.round(end - range * shareOf(certificate)));
  return { dueAt, reason: fixed === undefined ? 'lifetime' : 'renewalDays' };
}

function afterRenewalDays({ notBefore }: CertificateState, { renewalDays }: DuePolicy): Date | undefined {
  return renewalDays === undefined ? undefined : new Date(notBefore.getTime() + renewalDays * day);
}

/** A number in [0, 1) that is the same at every run and different for each certificate. */
function shareOf({ thumbprint }: CertificateState): number {
  const number = Number.parseInt(thumbprint.slice(0, 8), 16);
  return Number.isNaN(number) ? 0 : number / 2 ** 32;
}
