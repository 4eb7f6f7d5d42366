import { WacsError } from '../core/errors.ts';
import type { RetryPolicy } from '../core/policies.ts';
import type { HttpResponse, Random } from '../core/ports.ts';
import { readRetryAfter } from '../core/retry-after.ts';
import { isTrustFailure } from '../core/trust-failure.ts';

const longestBackoffMs = 30_000;
const transientStatuses = [408, 429, 500, 502, 503, 504];

/** What decides about another attempt. */
export interface RetryContext {
  /** Attempts made so far. */
  readonly attempt: number;
  readonly random: Random;
  readonly retry: RetryPolicy;
  readonly now: Date;
  readonly elapsedMs: number;
}

/** True when another attempt may succeed: network failures other than an untrusted certificate, overload, rate limits. */
export function isTransient(outcome: HttpResponse | WacsError): boolean {
  if (outcome instanceof WacsError) return outcome.code === 'AcmeUnreachable' && !isTrustFailure(outcome.cause);
  return transientStatuses.includes(outcome.status);
}

/**
 * Milliseconds to wait before the next attempt, or undefined to give up: Retry-After (RFC 9110 section 10.2.3) within
 * the limit, else exponential back-off with jitter.
 */
export function retryDelay(outcome: HttpResponse | WacsError, context: RetryContext): number | undefined {
  const { attempt, random, retry } = context;
  if (attempt >= retry.attempts || asksTooLong(outcome, context)) return undefined;
  const asked = askedWait(outcome, context);
  if (asked !== undefined) return asked;
  const bound = Math.min(retry.firstDelayMs * 2 ** (attempt - 1), longestBackoffMs);
  return bound / 2 + (random.next() * bound) / 2;
}

/** True when Retry-After goes beyond what all waits for a request together may take. */
export function asksTooLong(outcome: HttpResponse | WacsError, context: RetryContext): boolean {
  const asked = askedWait(outcome, context);
  return asked !== undefined && context.elapsedMs + asked > context.retry.longestWaitMs;
}

/** Milliseconds that Retry-After asks for; never less than the first pause. */
function askedWait(outcome: HttpResponse | WacsError, { now, retry }: RetryContext): number | undefined {
  const retryAfter = outcome instanceof WacsError ? undefined : readRetryAfter(outcome.headers, now);
  return retryAfter === undefined ? undefined : Math.max(retryAfter.getTime() - now.getTime(), retry.firstDelayMs);
}
