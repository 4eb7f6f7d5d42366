import type { RenewalInfo, RenewalInfoSource } from './acme.ts';
import type { DuePolicy } from './due-date.ts';
import { toWacsError, type WacsError } from './errors.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { CertificateState, Renewal, RenewalInfoState } from './renewal.ts';

const minute = 60 * 1000;
const hour = 60 * minute;
/** Pause after a failure that will last, and the longest after others (RFC 9773 section 4.3.3). */
const failureIntervalMs = 6 * hour;
/** Pause between questions to a CA without renewal information; also the longest that any CA can ask for. */
const longestIntervalMs = 24 * hour;
/** Causes of `AcmeUnreachable` that RFC 9773 section 4.3.3 counts as lasting. */
const lastingCauses = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'];

/** What asking for renewal information needs. */
export interface RenewalInfoServices extends RefreshServices {
  /** Records the renewal with the answer. */
  readonly keep: (renewal: Renewal) => Promise<void>;
}

/** What refreshing renewal information needs. */
export interface RefreshServices {
  readonly source: RenewalInfoSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * The renewal with the CA's present answer about its certificate, recorded; or the same renewal when it is not the time
 * to ask: no certificate in use, an expired one, a CA that wants to be asked later, renewal information switched off.
 */
export async function askRenewalInfo(
  renewal: Renewal,
  policy: DuePolicy,
  services: RenewalInfoServices,
): Promise<Renewal> {
  const { certificate, renewalInfo } = renewal.state;
  if (policy.disableServerSchedule === true || certificate === undefined) return renewal;
  if (!shouldAsk(certificate, renewalInfo, services.clock.now())) return renewal;
  const answered = await refreshRenewalInfo(certificate, renewalInfo, services);
  const asked = { ...renewal, state: { ...renewal.state, renewalInfo: answered } };
  await services.keep(asked);
  return asked;
}

/**
 * Asks about a certificate that has just been issued, so that monitoring and the next run know the window (RFC 9773
 * section 4.3). What has been done does not fail by it: only an interruption is thrown.
 */
export async function learnRenewalInfo(
  renewal: Renewal,
  policy: DuePolicy,
  services: RenewalInfoServices,
): Promise<void> {
  try {
    await askRenewalInfo(renewal, policy, services);
  } catch (error) {
    const failure = toWacsError(error);
    if (failure.code === 'Interrupted') throw failure;
    services.log.verbose(`renewal "${renewal.friendlyName}": no renewal information yet: ${failure.message}`);
  }
}

/** True when the CA may be asked again about a certificate that is still in use. */
export function shouldAsk(certificate: CertificateState, known: RenewalInfoState | undefined, now: Date): boolean {
  if (certificate.renewalInfoId === undefined || certificate.notAfter <= now) return false;
  if (known?.certificateId !== certificate.renewalInfoId || known.askAgainAt <= now) return true;
  // Noted while the clock was wrong: no answer holds that long.
  return known.askAgainAt.getTime() - now.getTime() > longestIntervalMs;
}

/**
 * Asks the CA for the window and draws a moment in it, once; the moment stays until the window changes (RFC 9773
 * section 4.2). A CA that cannot be asked must not stand in the way of a renewal: only an interruption is thrown.
 */
export async function refreshRenewalInfo(
  certificate: CertificateState,
  known: RenewalInfoState | undefined,
  services: RefreshServices,
): Promise<RenewalInfoState> {
  const certificateId = certificate.renewalInfoId ?? '';
  const current = known?.certificateId === certificateId ? known : undefined;
  const now = services.clock.now();
  try {
    const answer = await services.source.getRenewalInfo(certificateId);
    if (answer === undefined) return { certificateId, askAgainAt: new Date(now.getTime() + longestIntervalMs) };
    return withMoment(certificate, answer, current, services);
  } catch (error) {
    const failure = toWacsError(error);
    if (failure.code === 'Interrupted') throw failure;
    services.log.verbose(`${failure.message}; what is known decides until the CA answers`);
    return { ...current, certificateId, ...afterFailure(failure, current, now) };
  }
}

/**
 * Failures that may soon be over are followed by a pause that doubles from 1 minute on, until they count as lasting;
 * the count is kept because the next question is another run's. A Retry-After takes the place of the pause.
 */
function afterFailure(
  failure: WacsError,
  current: RenewalInfoState | undefined,
  now: Date,
): Pick<RenewalInfoState, 'askAgainAt' | 'failures'> {
  const failures = (current?.failures ?? 0) + 1;
  const doubling = isTemporary(failure) ? Math.min(minute * 2 ** (failures - 1), failureIntervalMs) : failureIntervalMs;
  const asked = failure.details.retryAt === undefined ? doubling : failure.details.retryAt.getTime() - now.getTime();
  const pause = Math.min(Math.max(asked, minute), longestIntervalMs);
  return { failures, askAgainAt: new Date(now.getTime() + pause) };
}

/** Overload, faults of the CA and timeouts; not what DNS, a firewall or the CA's answer itself leaves no hope for. */
function isTemporary({ code, cause }: WacsError): boolean {
  if (code === 'AcmeRateLimited') return true;
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === 'AcmeUnreachable' && !lastingCauses.includes(reason);
}

function withMoment(
  certificate: CertificateState,
  answer: RenewalInfo,
  current: RenewalInfoState | undefined,
  services: RefreshServices,
): RenewalInfoState {
  const { windowStart, windowEnd, explanationUrl, askAgainAt } = answer;
  const unchanged =
    current?.windowStart?.getTime() === windowStart.getTime() && current.windowEnd?.getTime() === windowEnd.getTime();
  const isMoved = current?.windowEnd !== undefined && windowEnd < current.windowEnd;
  const isHurried = unchanged ? current?.hurried === true : isMoved;
  if (explanationUrl !== undefined && explanationUrl !== current?.explanationUrl) {
    const name = certificate.identifiers[0]?.value ?? 'a certificate';
    services.log.warning(`${name}: the CA explains when it wants the certificate renewed: ${explanationUrl}`);
  }
  return {
    certificateId: certificate.renewalInfoId ?? '',
    windowStart,
    windowEnd,
    selectedMoment: (unchanged ? current?.selectedMoment : undefined) ?? drawMoment(answer, services.random),
    askAgainAt,
    ...(explanationUrl === undefined ? {} : { explanationUrl }),
    ...(isHurried ? { hurried: true } : {}),
  };
}

function drawMoment({ windowStart, windowEnd }: RenewalInfo, random: Random): Date {
  const width = windowEnd.getTime() - windowStart.getTime();
  return new Date(windowStart.getTime() + Math.floor(random.next() * width));
}
