import type { CheckFinding, CheckStatus, CheckThresholds } from './check-report.ts';
import { lasting, since } from './check-text.ts';
import { titleOf } from './part.ts';
import type { CertificateInUse, RenewalHealth } from './renewal-health.ts';

const day = 24 * 60 * 60 * 1000;
/** Parts of the lifetime; a third is left when a renewal becomes due, so the task has had several tries by then. */
const warningFraction = 1 / 4;
const criticalFraction = 1 / 10;
/** A task that runs daily with a random delay is not late before this; short lifetimes allow less. */
const longestToleranceMs = 2 * day;
const toleranceFraction = 1 / 8;

/** What a monitor has to know about one certificate of a renewal. */
export function checkRenewal(renewal: RenewalHealth, now: Date, thresholds: CheckThresholds): CheckFinding[] {
  const { certificate, id: renewalId, part } = renewal;
  const name = `"${titleOf(renewal, part)}"`;
  const about = { renewalId, ...(part === undefined ? {} : { part }) };
  const expiry = certificate === undefined ? 'OK' : expiryStatus(certificate, renewal.dueAt, { now, thresholds });
  const findings: CheckFinding[] = [];
  const add = (status: CheckFinding['status'], kind: CheckFinding['kind'], text: string): void =>
    void findings.push({ status, kind, text: `${name} ${text}`, ...about });
  if (certificate === undefined) add('WARNING', 'noCertificate', 'has no certificate in use yet');
  if (certificate?.revoked === true) add('CRITICAL', 'revoked', 'uses a revoked certificate');
  if (certificate !== undefined && expiry !== 'OK') {
    const left = certificate.notAfter.getTime() - now.getTime();
    if (left <= 0) add(expiry, 'expired', `expired ${since(certificate.notAfter, now)}`);
    else add(expiry, 'expiresSoon', `expires in ${lasting(left)}`);
  }
  const { failures, dueAt } = renewal;
  if (failures !== undefined && failures.count > 0) {
    const times = failures.count === 1 ? 'failed' : `failed ${failures.count} times`;
    const close = expiry !== 'OK';
    add(
      close ? 'CRITICAL' : 'WARNING',
      'failing',
      `${times}, last with ${failures.code} ${since(failures.lastAt, now)}`,
    );
  } else if (dueAt !== undefined && now.getTime() - dueAt.getTime() > toleranceOf(certificate)) {
    add('WARNING', 'overdue', `was due ${since(dueAt, now)} and has not been renewed`);
  }
  return findings;
}

interface ExpiryContext {
  readonly now: Date;
  readonly thresholds: CheckThresholds;
}

/**
 * The fractions count only once the renewal is due: whoever has chosen to renew late is not warned before.
 */
function expiryStatus(
  { notBefore, notAfter }: CertificateInUse,
  dueAt: Date | undefined,
  { now, thresholds }: ExpiryContext,
): Exclude<CheckStatus, 'UNKNOWN'> {
  const left = notAfter.getTime() - now.getTime();
  const lifetime = notAfter.getTime() - notBefore.getTime();
  const isDue = dueAt === undefined || dueAt <= now;
  const limitOf = (days: number | undefined, fraction: number): number => {
    if (days !== undefined) return days * day;
    return isDue ? lifetime * fraction : 0;
  };
  if (left <= 0 || left < limitOf(thresholds.criticalDays, criticalFraction)) return 'CRITICAL';
  return left < limitOf(thresholds.warningDays, warningFraction) ? 'WARNING' : 'OK';
}

function toleranceOf(certificate: CertificateInUse | undefined): number {
  if (certificate === undefined) return longestToleranceMs;
  const lifetime = certificate.notAfter.getTime() - certificate.notBefore.getTime();
  return Math.min(longestToleranceMs, lifetime * toleranceFraction);
}
