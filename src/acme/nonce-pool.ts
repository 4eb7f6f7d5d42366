/** Waiters per circulating nonce before one more is fetched: few enough to keep a large order quick. */
const waitersPerNonce = 30;

/**
 * Anti-replay nonces (RFC 8555 section 6.5). One newNonce request starts a run; afterwards each reply brings the nonce
 * of the next request. A request that finds none waits for the reply of one under way, because asking for another
 * nonce would double the traffic; only a long queue makes the pool fetch one more.
 */
export class NoncePool {
  readonly #fetch: () => Promise<string>;
  readonly #free: string[] = [];
  readonly #waiting: { resolve: (nonce: string) => void; reject: (reason: unknown) => void }[] = [];
  /** Nonces handed out or being fetched, whose reply will bring a new one. */
  #circulating = 0;

  constructor(fetch: () => Promise<string>) {
    this.#fetch = fetch;
  }

  /** The newest known nonce. @throws what fetching threw. */
  async take(): Promise<string> {
    const free = this.#free.pop();
    if (free !== undefined) {
      this.#circulating += 1;
      return free;
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#fetchIfNeeded();
    });
  }

  /** Ends the use of a taken nonce with the one its reply brought; undefined when it brought none. */
  giveBack(next: string | undefined): void {
    this.#circulating -= 1;
    if (next !== undefined) this.#hand(next);
    this.#fetchIfNeeded();
  }

  #hand(nonce: string): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) {
      this.#free.push(nonce);
      return;
    }
    this.#circulating += 1;
    waiter.resolve(nonce);
  }

  #fetchIfNeeded(): void {
    if (this.#waiting.length <= this.#circulating * waitersPerNonce) return;
    this.#circulating += 1;
    this.#fetch().then(
      (nonce) => this.giveBack(nonce),
      (reason: unknown) => this.#fail(reason),
    );
  }

  /** A failed fetch fails one waiter; the rest try again, so that each request reports its own cause. */
  #fail(reason: unknown): void {
    this.#circulating -= 1;
    this.#waiting.shift()?.reject(reason);
    this.#fetchIfNeeded();
  }
}
