import type { AcmeOrder } from '../core/acme.ts';
import { during } from '../core/errors.ts';
import type { PollPolicy } from '../core/policies.ts';
import type { Clock } from '../core/ports.ts';
import { readRetryAfter } from '../core/retry-after.ts';
import { isProblem } from './problem.ts';
import { parseOrder } from './resources.ts';
import type { AcmeApi } from './session.ts';
import type { AcmeResponse } from './transport.ts';

/** Times a ready order is finalized while the CA says it is not. */
const attempts = 5;

/** What finalizing needs. */
export interface FinalizeServices {
  readonly api: AcmeApi;
  readonly clock: Clock;
  readonly poll: PollPolicy;
  readonly signal: AbortSignal;
  /** Polls the order until it leaves `pending`. @throws WacsError AcmeTimeout at the limit. */
  readonly waitWhilePending: () => Promise<AcmeOrder>;
}

/**
 * Hands in the certificate request (RFC 8555 section 7.4). orderNotReady has two causes: the order is not known to be
 * ready everywhere yet, or the request was taken before and its answer was lost. The order tells which.
 * @returns the order as the CA sees it then, whatever its status
 */
export async function finalizeOrder(order: AcmeOrder, csr: Uint8Array, services: FinalizeServices): Promise<AcmeOrder> {
  const { api, clock, poll, signal, waitWhilePending } = services;
  const data = { csr: Buffer.from(csr).toString('base64url') };
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await during('finalizing the order', api.finalizeOrder(order.finalize, data));
      const finalized = parseOrder(order.url, response.data);
      if (finalized.status === 'processing') await pauseAsAsked(response, services);
      return finalized;
    } catch (error) {
      if (!isProblem(error, ['orderNotReady'])) throw error;
      const current = await waitWhilePending();
      if (current.status !== 'ready') return current;
      if (attempt === attempts) throw error;
      await clock.sleep(poll.firstPauseMs, signal);
    }
  }
}

/** The wait before the first look at what the CA is working on; none when it goes beyond the limit of polling. */
async function pauseAsAsked({ headers }: AcmeResponse, { clock, poll, signal }: FinalizeServices): Promise<void> {
  const now = clock.now();
  const wait = (readRetryAfter(headers, now)?.getTime() ?? 0) - now.getTime();
  if (wait > 0 && wait <= poll.timeoutMs) await clock.sleep(wait, signal);
}
