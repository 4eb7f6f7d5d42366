import type { HttpResponse } from './ports.ts';

/** About 30 years; what is longer has no meaning, and no date in the end. */
const mostSeconds = 999_999_999;

/**
 * The moment named by a Retry-After header (RFC 9110 section 10.2.3: delay in seconds, or an HTTP date); undefined
 * when the header is absent or unreadable.
 */
export function readRetryAfter(headers: HttpResponse['headers'], now: Date): Date | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return new Date(now.getTime() + Math.min(Number(text), mostSeconds) * 1000);
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : new Date(moment);
}
