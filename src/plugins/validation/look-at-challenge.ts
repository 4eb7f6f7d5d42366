import { toWacsError } from '../../core/errors.ts';
import type { ChallengeTask, PluginServices } from '../../core/plugin.ts';
import type { HttpResponse } from '../../core/ports.ts';
import { challengeUrl } from './http-challenge.ts';

const limitMs = 5_000;

/** What a look needs. */
export type LookServices = Pick<PluginServices, 'http' | 'log' | 'signal'>;

/**
 * Looks at a challenge as the CA will (RFC 8555 section 8.3), before the CA does. This machine may see other addresses than
 * the CA, so nothing found here is a failure: a server that answers something else is a warning, and one that cannot be
 * reached from here is told with --verbose only.
 * @param remedy what to look at when the answer is wrong
 */
export async function lookAtChallenge(task: ChallengeTask, remedy: string, services: LookServices): Promise<void> {
  const { http, log, signal } = services;
  const url = challengeUrl(task);
  try {
    const response = await http.request({ url, method: 'GET', timeoutMs: limitMs, signal });
    const { told, isWrong } = judge(response, task.keyAuthorization);
    if (isWrong) log.warning(`${url} is ${told}, seen from here; the CA may see the same. ${remedy}`);
    else log.verbose(`${url} is ${told}, seen from here`);
  } catch (error) {
    signal.throwIfAborted();
    log.verbose(`${url} cannot be looked at from here: ${toWacsError(error).message}`);
  }
}

/** Redirects are left to the CA, which follows them to any certificate (RFC 8555 section 8.3). */
function judge({ status, headers, body }: HttpResponse, expected: string): { told: string; isWrong: boolean } {
  if (status >= 300 && status < 400) return { told: `redirected to ${headers.location ?? 'nowhere'}`, isWrong: false };
  if (status !== 200) return { told: `answered with status ${status}`, isWrong: true };
  const isRight = Buffer.from(body).toString('utf8').trimEnd() === expected;
  return { told: isRight ? 'answered as it should be' : 'answered with another content', isWrong: !isRight };
}
