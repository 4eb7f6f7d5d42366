/** Limits for one request to the CA, attempts included. */
export interface RetryPolicy {
  /** Limit for one HTTP exchange, milliseconds. */
  readonly requestTimeoutMs: number;
  /** Attempts after network failures, 5xx, and 429 without Retry-After. */
  readonly attempts: number;
  /** First pause, milliseconds; it doubles with each attempt. */
  readonly firstDelayMs: number;
  /** Longest Retry-After that is waited for, milliseconds, all waits for a request together. */
  readonly longestWaitMs: number;
}

/** Limits of polling, milliseconds. */
export interface PollPolicy {
  /** Limit for one authorization or order to settle. */
  readonly timeoutMs: number;
  /** First pause; it grows by half each time up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}
