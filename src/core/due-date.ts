import type { CertificateState, Renewal, RenewalInfoState } from './renewal.ts';

const day = 24 * 60 * 60 * 1000;
/** Certificates that live shorter are renewed at half of their life. */
export const shortLifetimeMs = 10 * day;
/** Part of the lifetime at whose rest a certificate is renewed whatever the CA's window says. */
const emergencyFraction = 1 / 20;

/** Settings that change when a renewal is due. */
export interface DuePolicy {
  /** Days after issuance, in place of the fraction of the lifetime. */
  readonly renewalDays?: number;
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

/**
 * Decides what is due: forced, new or changed at once; else the moment drawn in the CA's window (RFC 9773); else when a
 * third of the lifetime is left, a half under 10 days, or after `renewalDays`. A certificate whose deployment failed is
 * deployed again without a new order.
 */
export function decideDue(renewal: Renewal, context: DueContext): DueDecision {
  const { now } = context;
  const certificate = renewal.state.certificate;
  const immediate = immediateReason(certificate, context);
  if (immediate !== undefined || certificate === undefined)
    return { action: 'order', reason: immediate ?? 'new', dueAt: now };
  const next = nextDue(certificate, renewal.state.renewalInfo, context.policy);
  if (next.dueAt <= now) return { action: 'order', ...next };
  if (!certificate.deployed) return { action: 'deploy', reason: 'deployment', dueAt: now };
  return { action: 'nothing', reason: 'notDue', dueAt: next.dueAt };
}

/** When the next certificate is due and which rule says so. */
export function nextDue(
  certificate: CertificateState,
  renewalInfo: RenewalInfoState | undefined,
  policy: DuePolicy,
): { readonly dueAt: Date; readonly reason: DueReason } {
  const lifetime = certificate.notAfter.getTime() - certificate.notBefore.getTime();
  const emergency = new Date(certificate.notAfter.getTime() - lifetime * emergencyFraction);
  const moment = renewalInfo?.certificateId === certificate.renewalInfoId ? renewalInfo?.selectedMoment : undefined;
  const planned: { dueAt: Date; reason: DueReason } =
    moment === undefined ? fixedRule(certificate, lifetime, policy) : { dueAt: moment, reason: 'renewalInfo' };
  return planned.dueAt <= emergency ? planned : { dueAt: emergency, reason: 'expiresSoon' };
}

function immediateReason(certificate: CertificateState | undefined, context: DueContext): DueReason | undefined {
  if (certificate === undefined) return 'new';
  if (context.force) return 'forced';
  if (certificate.planKey !== context.planKey) return 'changed';
  return certificate.revoked === true ? 'revoked' : undefined;
}

function fixedRule(
  certificate: CertificateState,
  lifetime: number,
  policy: DuePolicy,
): { dueAt: Date; reason: DueReason } {
  if (policy.renewalDays !== undefined) {
    return { dueAt: new Date(certificate.notBefore.getTime() + policy.renewalDays * day), reason: 'renewalDays' };
  }
  const rest = lifetime < shortLifetimeMs ? lifetime / 2 : lifetime / 3;
  return { dueAt: new Date(certificate.notAfter.getTime() - rest), reason: 'lifetime' };
}
