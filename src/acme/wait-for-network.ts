import { restate, toWacsError, type WacsError } from '../core/errors.ts';
import type { Clock, HttpClient, Log } from '../core/ports.ts';
import { directoryCandidates } from './directory.ts';

const probeTimeoutMs = 10_000;
const firstPauseMs = 500;
const longestPauseMs = 5_000;

/** What waiting needs. */
export interface WaitServices {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Waits until the CA's directory answers, with whatever HTTP status: at boot, name resolution, proxy and clock come up
 * after the first scripts have started. Every kind of failure is tried again.
 * @throws WacsError AcmeUnreachable with the last reason after `limitMs`.
 */
export async function waitForNetwork(baseUri: string, limitMs: number, services: WaitServices): Promise<void> {
  const { clock, log, signal } = services;
  const [url = baseUri] = directoryCandidates(baseUri);
  const deadline = clock.now().getTime() + limitMs;
  for (let pause = firstPauseMs, attempt = 1; ; pause = Math.min(pause * 2, longestPauseMs), attempt++) {
    const left = deadline - clock.now().getTime();
    const failure = await probe(url, Math.max(1, Math.min(probeTimeoutMs, left)), services);
    if (failure === undefined) return;
    signal.throwIfAborted();
    if (attempt === 1) log.info(`waiting for the network, at most ${limitMs / 1000} s: ${failure.message}`);
    const wait = Math.min(pause, deadline - clock.now().getTime());
    if (wait <= 0)
      throw restate(failure, `no network within ${limitMs / 1000} s: ${failure.message}`, 'AcmeUnreachable');
    await clock.sleep(wait, signal);
  }
}

async function probe(url: string, timeoutMs: number, { http, signal }: WaitServices): Promise<WacsError | undefined> {
  try {
    await http.request({ url, method: 'GET', timeoutMs, signal });
    return undefined;
  } catch (error) {
    return toWacsError(error, 'AcmeUnreachable');
  }
}
