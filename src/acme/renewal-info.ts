import * as v from 'valibot';
import type { RenewalInfo, RenewalInfoSource } from '../core/acme.ts';
import { during, WacsError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { readRetryAfter } from '../core/retry-after.ts';
import type { AcmeTransport } from './transport.ts';

const renewalInfoSchema = v.looseObject({
  suggestedWindow: v.looseObject({ start: v.string(), end: v.string() }),
  explanationURL: v.optional(v.string()),
});

const minute = 60_000;
/** Used when the CA names no interval, and after failures that will last (RFC 9773 section 4.3.3). */
const defaultIntervalMs = 360 * minute;

/** Questions in a row without an answer, after which nobody is asked any more in this run. */
const patience = 3;

/**
 * Renewal information of RFC 9773; loads no signing code. A CA that leaves several questions in a row unanswered is left
 * alone for the rest of the run: for hundreds of certificates the waits would add up to hours.
 */
export function createRenewalInfoSource(transport: AcmeTransport, clock: Clock): RenewalInfoSource {
  let unanswered = 0;
  return {
    async getRenewalInfo(certificateId) {
      if (unanswered >= patience)
        throw new WacsError('AcmeUnreachable', 'not asked for renewal information: the CA has not answered before');
      try {
        const answer = await during(
          'asking for renewal information',
          fetchRenewalInfo(transport, certificateId, clock),
        );
        unanswered = 0;
        return answer;
      } catch (error) {
        unanswered = error instanceof WacsError && error.code === 'AcmeUnreachable' ? unanswered + 1 : 0;
        throw error;
      }
    },
  };
}

async function fetchRenewalInfo(
  transport: AcmeTransport,
  certificateId: string,
  clock: Clock,
): Promise<RenewalInfo | undefined> {
  const { renewalInfo } = await transport.directory();
  if (renewalInfo === undefined) return undefined;
  const url = `${renewalInfo.replace(/\/$/, '')}/${certificateId}`;
  const response = await transport.get(url);
  const now = clock.now();
  return {
    ...parseRenewalInfo(Buffer.from(response.body).toString('utf8'), url),
    askAgainAt: askAgainAt(readRetryAfter(response.headers, now), now),
  };
}

function parseRenewalInfo(text: string, url: string): Omit<RenewalInfo, 'askAgainAt'> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), renewalInfoSchema), text);
  if (!parsed.success) throw new WacsError('AcmeError', `the CA's renewal information at ${url} is not readable`);
  const { suggestedWindow, explanationURL } = parsed.output;
  const windowStart = new Date(suggestedWindow.start);
  const windowEnd = new Date(suggestedWindow.end);
  if (!(windowEnd.getTime() > windowStart.getTime())) {
    throw new WacsError('AcmeError', `the CA's renewal information at ${url} has a window that ends before it starts`);
  }
  return { windowStart, windowEnd, ...(explanationURL === undefined ? {} : { explanationUrl: explanationURL }) };
}

/** The CA's interval within 1 minute and 1 day (RFC 9773 section 4.3.2). */
function askAgainAt(asked: Date | undefined, now: Date): Date {
  const interval = asked === undefined ? defaultIntervalMs : asked.getTime() - now.getTime();
  return new Date(now.getTime() + Math.min(Math.max(interval, minute), 24 * 60 * minute));
}
