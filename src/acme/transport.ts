import { restate, toWacsError, WacsError } from '../core/errors.ts';
import type { RetryPolicy } from '../core/policies.ts';
import type { Clock, HttpClient, HttpResponse, Log, Random } from '../core/ports.ts';
import { problemName } from '../core/problem.ts';
import { readRetryAfter } from '../core/retry-after.ts';
import { type AcmeDirectory, directoryCandidates, parseDirectory, resourceUrl } from './directory.ts';
import { NoncePool } from './nonce-pool.ts';
import { problemError, readProblem } from './problem.ts';
import { asksTooLong, isTransient, type RetryContext, retryDelay } from './retry-policy.ts';

/** Makes the JWS body of one request (RFC 8555 section 6.2); called again for each attempt, with a fresh nonce. */
export type SignBody = (nonce: string) => object;

/** A response as acme-client expects it from its transport. */
export interface AcmeResponse {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  /** Parsed JSON for JSON responses, text otherwise. */
  readonly data: unknown;
  readonly url: string;
}

/** What the transport needs. */
export interface TransportServices {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal;
}

/** Attempts for one request when the CA refuses nonces; at a refusal rate of one half the last is 1 in a million. */
const badNonceAttempts = 20;

/**
 * HTTP for one CA: one newNonce request a run, a fresh signature for every attempt, bounded retries, and the CA's whole
 * problem document in every failure. It stands in for acme-client's own transport, which loses all of these.
 */
export class AcmeTransport {
  readonly #baseUri: string;
  readonly #services: TransportServices;
  readonly #nonces: NoncePool;
  /** Failures after all attempts; a request that needs a nonce must not multiply those for the nonce by its own. */
  readonly #final = new WeakSet<Attempt>();
  #directory: Promise<AcmeDirectory> | undefined;

  constructor(baseUri: string, services: TransportServices) {
    this.#baseUri = baseUri;
    this.#services = services;
    this.#nonces = new NoncePool(() => this.#fetchNonce());
  }

  /** The CA's directory, fetched once. @throws WacsError AcmeUnreachable, AcmeError. */
  directory(): Promise<AcmeDirectory> {
    this.#directory ??= this.#findDirectory();
    return this.#directory;
  }

  /**
   * An unsigned GET for renewal information: one attempt, because it must not hold up a renewal and is repeated by the
   * next run.
   * @throws WacsError AcmeUnreachable.
   */
  async get(url: string): Promise<HttpResponse> {
    const response = await this.#send('GET', url);
    if (response.status >= 300) throw this.#refusal(response, url);
    return response;
  }

  /**
   * A signed POST (RFC 8555 section 6.2).
   * @throws WacsError with the CA's problem document, AcmeUnreachable, or AcmeRateLimited when the CA asks for a longer
   * wait than the policy allows.
   */
  async post(url: string, sign: SignBody): Promise<AcmeResponse> {
    const response = await this.#withRetries(url, () => this.#postWithNonce(url, sign));
    if (response.status >= 300) throw this.#refusal(response, url);
    return { status: response.status, headers: response.headers, data: parseBody(response), url };
  }

  async #postWithNonce(url: string, sign: SignBody): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      const nonce = await this.#nonces.take();
      let next: string | undefined;
      try {
        const response = await this.#send('POST', url, JSON.stringify(sign(nonce)));
        next = header(response, 'replay-nonce');
        if (!isBadNonce(response, url) || attempt === badNonceAttempts) return response;
        this.#services.log.verbose(`nonce refused by the CA, signing again (attempt ${attempt})`);
      } finally {
        this.#nonces.giveBack(next);
      }
    }
  }

  async #withRetries(url: string, send: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const { clock, retry, random, log, signal } = this.#services;
    const started = clock.now().getTime();
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      const outcome = await attemptOnce(send);
      if (!isTransient(outcome) || this.#final.has(outcome)) return unwrap(outcome);
      const now = clock.now();
      const context: RetryContext = { attempt, random, retry, now, elapsedMs: now.getTime() - started };
      const wait = retryDelay(outcome, context);
      if (wait === undefined) return this.#giveUp(outcome, url, context);
      log.verbose(`${url}: ${describe(outcome)}, next attempt in ${Math.ceil(wait / 1000)} s`);
      if (wait > 5_000) log.info(`the CA is not ready (${describe(outcome)}); waiting ${Math.ceil(wait / 1000)} s`);
      await clock.sleep(wait, signal);
    }
  }

  /** An overload that is to last longer than any wait (503) holds across runs, as a rate limit does. */
  #giveUp(outcome: Attempt, url: string, context: RetryContext): never {
    const error = outcome instanceof WacsError ? outcome : this.#refusal(outcome, url);
    const code = asksTooLong(outcome, context) ? 'AcmeRateLimited' : error.code;
    const attempts = context.attempt === 1 ? '' : ` (${context.attempt} attempts)`;
    const failure = restate(error, `${error.message}${attempts}`, code);
    this.#final.add(failure);
    throw failure;
  }

  #refusal(response: HttpResponse, url: string): WacsError {
    const problem = readProblem(response, url);
    const retryAt = readRetryAfter(response.headers, this.#services.clock.now());
    if (response.status < 500) return problemError(problem, retryAt);
    const until = retryAt === undefined ? '' : `; not before ${retryAt.toISOString()}`;
    return new WacsError(
      'AcmeUnreachable',
      `${url} answered ${response.status}: ${problem.detail || 'no reason given'}${until}`,
      {
        problem,
        hint: "The CA or a proxy has a fault; try again later and look at the CA's status page.",
        ...(retryAt === undefined ? {} : { retryAt }),
      },
    );
  }

  async #findDirectory(): Promise<AcmeDirectory> {
    const failures: string[] = [];
    for (const url of directoryCandidates(this.#baseUri)) {
      const response = await this.#withRetries(url, () => this.#send('GET', url));
      const directory = response.status < 400 ? parseDirectory(parseBody(response)) : undefined;
      if (directory !== undefined) return directory;
      failures.push(`${url} answered ${response.status}${response.status < 400 ? ', but not with a directory' : ''}`);
    }
    throw new WacsError('AcmeError', `no ACME directory at ${this.#baseUri}: ${failures.join('; ')}`, {
      hint: 'Check --baseuri: it must be the address of the directory (RFC 8555 section 7.1.1) that the CA documents.',
    });
  }

  async #fetchNonce(): Promise<string> {
    const url = resourceUrl(await this.directory(), 'newNonce');
    const response = await this.#withRetries(url, () => this.#send('HEAD', url));
    const nonce = header(response, 'replay-nonce');
    if (nonce !== undefined) return nonce;
    throw new WacsError('AcmeError', `asking for a nonce: ${url} answered ${response.status} without Replay-Nonce`, {
      hint: 'A proxy may drop the header; the CA must be reachable unaltered.',
    });
  }

  #send(method: 'GET' | 'HEAD' | 'POST', url: string, body?: string): Promise<HttpResponse> {
    const headers = body === undefined ? {} : { 'content-type': 'application/jose+json' };
    const { retry, signal } = this.#services;
    const timeoutMs = retry.requestTimeoutMs;
    return this.#services.http.request({
      url,
      method,
      headers,
      timeoutMs,
      signal,
      ...(body === undefined ? {} : { body }),
    });
  }
}

/** The address a response names for what it created (RFC 8555 sections 7.3 and 7.4). @throws WacsError AcmeError. */
export function locationOf(response: AcmeResponse): string {
  const location = response.headers.location;
  if (typeof location === 'string') return new URL(location, response.url).href;
  throw new WacsError('AcmeError', `the CA answered ${response.status} at ${response.url} without a Location header`, {
    hint: 'The CA or a proxy in between does not follow RFC 8555; the CA must be reachable unaltered.',
  });
}

/** Outcome of one attempt: a response of any status, or the reason there was none. */
export type Attempt = HttpResponse | WacsError;

async function attemptOnce(send: () => Promise<HttpResponse>): Promise<Attempt> {
  try {
    return await send();
  } catch (error) {
    return toWacsError(error);
  }
}

function unwrap(outcome: Attempt): HttpResponse {
  if (outcome instanceof WacsError) throw outcome;
  return outcome;
}

function describe(outcome: Attempt): string {
  return outcome instanceof WacsError ? outcome.message : `status ${outcome.status}`;
}

function isBadNonce(response: HttpResponse, url: string): boolean {
  return response.status === 400 && problemName(readProblem(response, url)) === 'badNonce';
}

function header(response: HttpResponse, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function parseBody(response: HttpResponse): unknown {
  const text = Buffer.from(response.body).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
