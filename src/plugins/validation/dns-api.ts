import { WacsError } from '../../core/errors.ts';
import type { PluginServices } from '../../core/plugin.ts';
import type { HttpRequest, HttpResponse } from '../../core/ports.ts';
import { oneLine } from '../../core/problem.ts';
import { readRetryAfter } from '../../core/retry-after.ts';
import { isTrustFailure } from '../../core/trust-failure.ts';
import { outlasting } from './outlasting.ts';

const requestLimitMs = 30_000;
const mostAttempts = 5;
const firstDelayMs = 1_000;
/** All waits of one call together; what asks for more is given up at once. */
const longestWaitMs = 120_000;
/** Characters of a service's own words that are shown. */
const shownWords = 400;
const shortestSecret = 4;

/** What a client of a service works with. */
export type ApiServices = Pick<PluginServices, 'http' | 'clock' | 'log' | 'signal'>;

/** How a service speaks. */
export interface ApiDialect {
  /** Its name in messages, such as `Cloudflare`. */
  readonly service: string;
  /** What a refusal says in the service's own words; undefined when that cannot be read. */
  wordsOf(response: HttpResponse): string | undefined;
  /** What the administrator can do about a refusal, as a sentence. */
  hintFor(response: HttpResponse): string;
  /** What to do when nothing answers; by default what the network's failure says. */
  readonly unreachableHint?: string;
  /** True when another attempt may succeed although the status is neither 429 nor 5xx. */
  isBusy?(response: HttpResponse): boolean;
}

/** One call; it may be sent several times, so it must be repeatable. */
export interface ApiCall {
  /** What is attempted and on what, to stand after "cannot": `create the TXT record NAME in the zone ZONE`. */
  readonly action: string;
  readonly method: HttpRequest['method'];
  readonly url: string;
  readonly body?: string;
  /** Made anew for each attempt: signatures carry the time. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** True for answers beside 2xx that are no refusal, such as "it is there already". */
  readonly isAnswer?: (response: HttpResponse) => boolean;
  /** What to do about a refusal of this call; undefined for the dialect's own hint. */
  readonly hint?: (response: HttpResponse) => string | undefined;
  /** For services of the machine itself: no proxy, and no long wait where there are none. */
  readonly local?: boolean;
}

/** The answer cannot be read; another attempt may bring a whole one. */
export class UnreadableReply extends Error {}

/** What came of one attempt. */
type Attempt<Result> =
  | { readonly result: Result }
  | { readonly failure: WacsError; readonly transient: boolean; readonly askedMs?: number };

/**
 * Calls a service over HTTP. Network failures, 429, 5xx and unreadable answers are tried again, within limits and with
 * Retry-After respected (RFC 9110 section 10.2.3). Every failure is a ValidationSetupError that says what was attempted,
 * the status, the service's own words and what to do; secrets are blanked out of all of these.
 */
export class DnsApi {
  readonly #dialect: ApiDialect;
  readonly #services: ApiServices;
  readonly #secrets: Set<string>;

  constructor(dialect: ApiDialect, services: ApiServices, secrets = new Set<string>()) {
    this.#dialect = dialect;
    this.#services = services;
    this.#secrets = secrets;
  }

  /** The same for removing records, which goes on for 20 s after the run was told to end. */
  forCleanUp(): DnsApi {
    const signal = outlasting(this.#services.signal);
    return new DnsApi(this.#dialect, { ...this.#services, signal }, this.#secrets);
  }

  /** Ends everything that is under way. */
  get signal(): AbortSignal {
    return this.#services.signal;
  }

  /** From now on the text appears in no message. */
  hide(secret: string): void {
    if (secret.length >= shortestSecret) this.#secrets.add(secret);
  }

  /**
   * @param read turns the answer into a value
   * @throws WacsError ValidationSetupError; the signal's reason when it is aborted.
   */
  async call<Result>(call: ApiCall, read: (response: HttpResponse) => Result | Promise<Result>): Promise<Result> {
    const { clock, log, signal } = this.#services;
    const attempts = call.local === true ? 2 : mostAttempts;
    let waited = 0;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const outcome = await this.#attempt(call, read);
      if ('result' in outcome) return outcome.result;
      const { failure, transient, askedMs } = outcome;
      const delay = Math.max(askedMs ?? 0, firstDelayMs * 2 ** (attempt - 1));
      if (!transient || attempt >= attempts) throw failure;
      if (waited + delay > longestWaitMs) throw askedTooLong(failure, delay);
      log.verbose(`${failure.message}; trying again in ${Math.ceil(delay / 1000)} s`);
      await clock.sleep(delay, signal);
      waited += delay;
    }
  }

  /** A failure of this service that no single answer tells. */
  failure(action: string, reason: string, hint: string, cause?: unknown): WacsError {
    const message = `cannot ${action}: ${reason}`;
    return new WacsError('ValidationSetupError', this.#blanked(message), { hint: this.#blanked(hint), cause });
  }

  async #attempt<Result>(
    call: ApiCall,
    read: (response: HttpResponse) => Result | Promise<Result>,
  ): Promise<Attempt<Result>> {
    const response = await this.#send(call);
    if (response instanceof WacsError) {
      const { message, cause } = response;
      const hint = this.#dialect.unreachableHint ?? response.hint ?? 'Check the network, then run this again.';
      const failure = this.failure(call.action, `${this.#dialect.service}: ${message}`, hint, cause);
      return { failure, transient: !isTrustFailure(cause) };
    }
    const { status } = response;
    const isAnswer = (status >= 200 && status < 300) || call.isAnswer?.(response) === true;
    return isAnswer ? this.#read(call, response, read) : this.#refusal(call, response);
  }

  async #send(call: ApiCall): Promise<HttpResponse | WacsError> {
    const { http, signal } = this.#services;
    const headers = (await call.headers?.()) ?? {};
    try {
      return await http.request({
        method: call.method,
        url: call.url,
        headers,
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(call.local === true ? { direct: true, timeoutMs: 5_000 } : { timeoutMs: requestLimitMs }),
        signal,
      });
    } catch (error) {
      if (error instanceof WacsError && error.code === 'AcmeUnreachable' && !signal.aborted) return error;
      throw error;
    }
  }

  async #read<Result>(
    call: ApiCall,
    response: HttpResponse,
    read: (response: HttpResponse) => Result | Promise<Result>,
  ): Promise<Attempt<Result>> {
    try {
      return { result: await read(response) };
    } catch (error) {
      if (!(error instanceof UnreadableReply)) throw error;
      const reason = `${this.#dialect.service} answered ${response.status} with something unexpected: ${error.message}`;
      const hint = 'Run this again; if it stays so, a proxy may stand between this machine and the service.';
      return { failure: this.failure(call.action, reason, hint, error), transient: true };
    }
  }

  #refusal(call: ApiCall, response: HttpResponse): { failure: WacsError; transient: boolean; askedMs?: number } {
    const { service } = this.#dialect;
    const { status, headers } = response;
    const words = oneLine(this.#dialect.wordsOf(response) ?? '').slice(0, shownWords);
    const reason = `${service} answered ${status}${words === '' ? '' : `: ${words}`}`;
    const failure = this.failure(call.action, reason, call.hint?.(response) ?? this.#dialect.hintFor(response));
    const transient = status === 429 || status >= 500 || this.#dialect.isBusy?.(response) === true;
    const now = this.#services.clock.now();
    const retryAfter = readRetryAfter(headers, now);
    return {
      failure,
      transient,
      ...(retryAfter === undefined ? {} : { askedMs: retryAfter.getTime() - now.getTime() }),
    };
  }

  #blanked(text: string): string {
    return [...this.#secrets].reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  }
}

function askedTooLong(failure: WacsError, delayMs: number): WacsError {
  return new WacsError(
    failure.code,
    `${failure.message}; the next attempt would be allowed in ${Math.ceil(delayMs / 1000)} s only`,
    { hint: 'The next run tries again; validate fewer names at once if this happens often.', cause: failure },
  );
}
