import type { RenewalInfo, RenewalInfoSource } from './acme.ts';
import { WacsError } from './errors.ts';
import type { Clock, Log, Random } from './ports.ts';
import type { CertificateState, RenewalInfoState } from './renewal.ts';

const hour = 60 * 60 * 1000;
/** Pause after a failure, and between questions to a CA without renewal information (RFC 9773 section 4.3.3). */
const failureIntervalMs = 6 * hour;
const absentIntervalMs = 24 * hour;

/** What refreshing renewal information needs. */
export interface RenewalInfoServices {
  readonly source: RenewalInfoSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** True when the CA may be asked again about a certificate that is still in use. */
export function shouldAsk(certificate: CertificateState, known: RenewalInfoState | undefined, now: Date): boolean {
  if (certificate.renewalInfoId === undefined || certificate.notAfter <= now) return false;
  return known?.certificateId !== certificate.renewalInfoId || known.askAgainAt <= now;
}

/**
 * Asks the CA for the window and draws a moment in it, once; the moment stays until the window changes (RFC 9773
 * section 4.2). A CA that cannot be asked must not stand in the way of a renewal: only an interruption is thrown.
 */
export async function refreshRenewalInfo(
  certificateId: string,
  known: RenewalInfoState | undefined,
  services: RenewalInfoServices,
): Promise<RenewalInfoState> {
  const current = known?.certificateId === certificateId ? known : undefined;
  const now = services.clock.now();
  try {
    const answer = await services.source.getRenewalInfo(certificateId);
    if (answer === undefined) return { certificateId, askAgainAt: new Date(now.getTime() + absentIntervalMs) };
    return withMoment(certificateId, answer, current, services);
  } catch (error) {
    if (error instanceof WacsError && error.code === 'Interrupted') throw error;
    services.log.verbose(
      `${error instanceof Error ? error.message : String(error)}; the lifetime decides until it answers`,
    );
    return { ...current, certificateId, askAgainAt: new Date(now.getTime() + failureIntervalMs) };
  }
}

function withMoment(
  certificateId: string,
  answer: RenewalInfo,
  current: RenewalInfoState | undefined,
  services: RenewalInfoServices,
): RenewalInfoState {
  const { windowStart, windowEnd, explanationUrl, askAgainAt } = answer;
  const unchanged =
    current?.windowStart?.getTime() === windowStart.getTime() && current.windowEnd?.getTime() === windowEnd.getTime();
  const width = windowEnd.getTime() - windowStart.getTime();
  const drawn = new Date(windowStart.getTime() + Math.floor(services.random.next() * width));
  const selectedMoment = unchanged ? (current?.selectedMoment ?? drawn) : drawn;
  if (explanationUrl !== undefined && explanationUrl !== current?.explanationUrl) {
    services.log.warning(`the CA asks to renew early; its explanation: ${explanationUrl}`);
  }
  return {
    certificateId,
    windowStart,
    windowEnd,
    selectedMoment,
    askAgainAt,
    ...(explanationUrl === undefined ? {} : { explanationUrl }),
  };
}
