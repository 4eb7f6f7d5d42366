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
  /** Wait before the first look: what is done in no time is then seen by one request. */
  readonly firstLookMs: number;
  /** Pause after the first look; it grows by half each time up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** How the DNS is asked. */
export interface DnsPolicy {
  /** Addresses with an optional port; `[System]` stands for the servers of the system. */
  readonly servers: readonly string[];
  /** Those servers are asked for everything, in place of the name servers of a zone. */
  readonly localOnly: boolean;
  /** Whether CNAMEs from `_acme-challenge` are followed. */
  readonly followAliases: boolean;
  /** Whether a new record is looked for before the CA is told. */
  readonly check: boolean;
  /** Limit for a record to appear, milliseconds. */
  readonly limitMs: number;
  /** Longest pause between two looks, milliseconds; the first ones are shorter. */
  readonly longestPauseMs: number;
  /** Wait after the record has appeared, milliseconds. */
  readonly settleMs: number;
}
