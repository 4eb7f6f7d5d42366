import type { DueDecision } from './due-date.ts';
import { WacsError } from './errors.ts';
import type { FailureState, Renewal } from './renewal.ts';

const hour = 60 * 60 * 1000;
/** Longer than any CA's limit lasts; a moment beyond it is a fault. */
const longestBlockMs = 30 * 24 * hour;
/** A little less than a day, because the task starts with a random delay. */
const oncePerDayMs = 20 * hour;
/** Attempts at the CA that may fail within an hour; Let's Encrypt allows as many failed validations for a name. */
const attemptsPerHour = 5;
/** Failures of attempts that have reached the CA. */
const attemptCodes: readonly string[] = [
  'AcmeError',
  'AcmeAccountError',
  'AcmeRateLimited',
  'AcmeTimeout',
  'ValidationFailed',
  'ValidationSetupError',
  'OrderRejected',
  'CertificateRejected',
  'MultipleFailures',
];

/** An attempt that was not made: nothing has failed anew, so it is not one more failure. */
export class PostponedAttempt extends WacsError {}

/**
 * Refuses an order before its time: the CA's "not before" holds across runs, and after five failed attempts within an
 * hour there is a pause, so that a command in a loop does not spend the CA's limits. Force overrides both.
 * @throws PostponedAttempt AcmeRateLimited with the moment of the next attempt.
 */
export function respectRetryAt(
  renewal: Renewal,
  decision: DueDecision,
  { now, force }: { now: Date; force: boolean },
): DueDecision {
  const { failures } = renewal.state;
  if (decision.action !== 'order' || force || failures === undefined) return decision;
  const blockedUntil = endOfBlock(renewal, failures, now);
  if (blockedUntil !== undefined && blockedUntil > now) {
    throw postponed(`the CA allows no new attempt before ${blockedUntil.toISOString()}: ${failures.message}`, {
      retryAt: blockedUntil,
      hint: 'Wait until then; --force tries at once and is likely to be refused again.',
    });
  }
  const pauseEnd = endOfPause(renewal, now);
  if (pauseEnd === undefined) return decision;
  throw postponed(
    `${attemptsPerHour} attempts have failed within an hour, the next is made after ${pauseEnd.toISOString()}: ${failures.message}`,
    { retryAt: pauseEnd, hint: 'Correct the cause; --force then tries at once.' },
  );
}

/** A "not before" that would have the certificate expire is tried once a day: the CA may have thought better of it. */
function endOfBlock({ state }: Renewal, { retryAt, lastAt }: FailureState, now: Date): Date | undefined {
  // A failure dated in the future was noted while the clock was wrong.
  if (retryAt === undefined || lastAt > now) return undefined;
  const expiresBefore = state.certificate !== undefined && state.certificate.notAfter <= retryAt;
  const latest = lastAt.getTime() + (expiresBefore ? oncePerDayMs : longestBlockMs);
  return new Date(Math.min(retryAt.getTime(), latest));
}

function endOfPause({ history }: Renewal, now: Date): Date | undefined {
  const recent = history.filter(
    ({ code, date }) =>
      code !== undefined && attemptCodes.includes(code) && date <= now && now.getTime() - date.getTime() < hour,
  );
  const oldest = recent.at(-attemptsPerHour);
  return oldest === undefined ? undefined : new Date(oldest.date.getTime() + hour);
}

function postponed(message: string, options: { readonly retryAt: Date; readonly hint: string }): PostponedAttempt {
  return new PostponedAttempt('AcmeRateLimited', message, options);
}
