import type { PollPolicy } from '../core/policies.ts';
import type { Clock } from '../core/ports.ts';
import { readRetryAfter } from '../core/retry-after.ts';
import type { AcmeResponse } from './transport.ts';

/** One polled resource. */
export interface PollTarget<Resource> {
  fetch(): Promise<AcmeResponse>;
  parse(response: AcmeResponse): Resource;
  isSettled(resource: Resource): boolean;
}

/**
 * Polls until the resource is settled, honouring Retry-After (RFC 8555 section 7.5.1) within the limit.
 * @returns the settled resource, or undefined at the limit.
 */
export async function poll<Resource>(
  target: PollTarget<Resource>,
  policy: PollPolicy,
  services: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Resource | undefined> {
  const { clock, signal } = services;
  const deadline = clock.now().getTime() + policy.timeoutMs;
  await clock.sleep(policy.firstLookMs, signal);
  for (let pause = policy.firstPauseMs; ; pause = Math.min(pause * 1.5, policy.longestPauseMs)) {
    const response = await target.fetch();
    const resource = target.parse(response);
    if (target.isSettled(resource)) return resource;
    const now = clock.now();
    const asked = readRetryAfter(response.headers, now);
    const wait = asked === undefined ? pause : Math.max(asked.getTime() - now.getTime(), policy.firstPauseMs);
    if (now.getTime() + wait > deadline) return undefined;
    await clock.sleep(wait, signal);
  }
}
