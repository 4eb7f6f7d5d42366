import { toWacsError, WacsError } from '../../../core/errors.ts';
import type { PluginServices } from '../../../core/plugin.ts';
import type { HttpResponse } from '../../../core/ports.ts';

/** How long a person has, milliseconds. */
export interface ManualLimits {
  readonly limitMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

type Services = Pick<PluginServices, 'http' | 'clock' | 'log' | 'signal'>;

const requestLimitMs = 5_000;
/** As Let's Encrypt follows them. */
const mostRedirects = 10;
const progressMs = 60_000;

/**
 * Asks a web site again and again until it answers with the content (RFC 8555 section 8.3: white space after it counts
 * for nothing).
 * @throws WacsError ValidationSetupError at the limit, with what was answered last; the signal's reason after an abort.
 */
export async function waitForContent(
  url: string,
  content: string,
  limits: ManualLimits,
  services: Services,
): Promise<void> {
  const { clock, log, signal } = services;
  const startedAt = clock.now().getTime();
  let nextProgressMs = progressMs;
  for (let pauseMs = limits.firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, limits.longestPauseMs)) {
    const answer = await look(url, content, services);
    if (answer === undefined) return;
    const waitedMs = clock.now().getTime() - startedAt;
    if (waitedMs >= limits.limitMs) throw notThere(url, answer, limits.limitMs);
    if (waitedMs >= nextProgressMs) {
      nextProgressMs = waitedMs + progressMs;
      log.info(`still waiting for ${url}: ${answer}`);
    }
    await clock.sleep(Math.min(pauseMs, limits.limitMs - waitedMs), signal);
  }
}

/** @returns what is wrong with the answer; undefined when it is right */
async function look(url: string, content: string, services: Services): Promise<string | undefined> {
  const { http, signal } = services;
  try {
    let target = url;
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const response = await http.request({ url: target, method: 'GET', timeoutMs: requestLimitMs, signal });
      const next = redirectOf(response, target);
      if (next === undefined) return judge(response, content);
      target = next;
    }
    return `more than ${mostRedirects} redirects`;
  } catch (error) {
    signal.throwIfAborted();
    return toWacsError(error).message;
  }
}

function redirectOf({ status, headers }: HttpResponse, url: string): string | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') return undefined;
  return URL.parse(location, url)?.href;
}

function judge({ status, body }: HttpResponse, content: string): string | undefined {
  if (status !== 200) return `it answers with status ${status}`;
  return Buffer.from(body).toString('utf8').trimEnd() === content ? undefined : 'it answers with another content';
}

function notThere(url: string, answer: string, limitMs: number): WacsError {
  return new WacsError(
    'ValidationSetupError',
    `${url} is not as it should be after ${limitMs / 60_000} minutes: ${answer}`,
    {
      hint: 'Open the address in a browser on this machine: the content alone must appear, without anything around it.',
    },
  );
}
