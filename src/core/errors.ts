/** The closed set of failures the program tells apart; each has one exit code in `src/exit-codes.ts`. */
export type ErrorCode =
  | 'UnexpectedError'
  | 'UsageError'
  | 'ConfigurationError'
  | 'AccessDenied'
  | 'StorageError'
  | 'AlreadyRunning'
  | 'NotFound'
  | 'InputRequired'
  | 'Interrupted'
  | 'UnsupportedPlatform'
  | 'TaskSchedulerError'
  | 'TaskAccessDenied'
  | 'TaskSchedulerUnavailable'
  | 'TaskDefinitionRejected'
  | 'TaskAccountError'
  | 'TaskVerificationFailed'
  | 'TaskMissing'
  | 'TaskUnhealthy'
  | 'TaskSchedulerTimeout'
  | 'TaskPathUnsafe'
  | 'AcmeError'
  | 'AcmeUnreachable'
  | 'AcmeAccountError'
  | 'AcmeRateLimited'
  | 'ValidationFailed'
  | 'ValidationSetupError'
  | 'OrderRejected'
  | 'AcmeTimeout'
  | 'CertificateRejected'
  | 'SourceError'
  | 'StoreError'
  | 'InstallationError'
  | 'ScriptFailed'
  | 'MultipleFailures';

/** A problem document (RFC 9457, RFC 8555 section 6.7) as the CA sent it. */
export interface AcmeProblem {
  /** URN such as `urn:ietf:params:acme:error:rateLimited`; `about:blank` when the CA gave none. */
  readonly type: string;
  readonly detail: string;
  /** HTTP status. */
  readonly status: number;
  readonly title?: string;
  readonly instance?: string;
  /** Target of a `Link: rel="help"` or `rel="terms-of-service"` header. */
  readonly helpUrl?: string;
  readonly subproblems?: readonly AcmeSubproblem[];
}

/** One entry of `subproblems` (RFC 8555 section 6.7.1). */
export interface AcmeSubproblem {
  readonly type: string;
  readonly detail: string;
  readonly identifier?: string;
}

/** Facts about a failure that reports show beside its text. */
export interface ErrorDetails {
  readonly problem?: AcmeProblem;
  /** HRESULT as an unsigned 32-bit number. */
  readonly hresult?: number;
  /** Exit code of a user's script. */
  readonly exitStatus?: number;
  /** The CA asks for no new attempt before this moment. */
  readonly retryAt?: Date;
  /** The failures behind an aggregate, one per name or renewal. */
  readonly failures?: readonly WacsError[];
}

/** What a `WacsError` may carry beside code and message. */
export interface WacsErrorOptions extends ErrorDetails {
  /** What to do next, as a sentence; where several things are to be done, a line for each. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * A failure the program knows and documents. The message says what failed, on what, and why, without a final stop;
 * the hint says what to do next.
 */
export class WacsError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: WacsErrorOptions = {}) {
    const { hint, cause, ...details } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'WacsError';
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

/** Failures that say nothing about what was asked for: the next attempt may succeed as it is. */
const transientCodes: readonly ErrorCode[] = ['AcmeTimeout', 'AcmeUnreachable', 'AcmeRateLimited'];

/** True when the next attempt may succeed without anybody changing anything; of several failures, when all are so. */
export function isTransient({ code, details }: WacsError): boolean {
  if (code === 'MultipleFailures') return details.failures?.every(isTransient) ?? false;
  return transientCodes.includes(code);
}

/** Turns anything thrown into a `WacsError`; what is not one becomes `fallback` with the original as its cause. */
export function toWacsError(error: unknown, fallback: ErrorCode = 'UnexpectedError', context?: string): WacsError {
  if (error instanceof WacsError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new WacsError(fallback, context === undefined ? reason : `${context}: ${reason}`, { cause: error });
}

/** The same failure under another message. */
export function restate(error: WacsError, message: string, code: ErrorCode = error.code): WacsError {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new WacsError(code, message, { ...error.details, ...hint, cause: error.cause ?? error });
}

/** Awaits work and puts what was attempted, such as `creating the order`, in front of a failure's message. */
export async function during<Result>(action: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WacsError && error.code !== 'Interrupted') throw restate(error, `${action}: ${error.message}`);
    throw error;
  }
}

/**
 * Folds several failures into one: a single failure stays as it is, one shared cause keeps its code, different causes
 * give `MultipleFailures`. Callers pass at least one failure.
 */
export function combineFailures(failures: readonly WacsError[], summary: string): WacsError {
  const [first] = failures;
  if (first === undefined) throw new RangeError('combineFailures needs at least one failure');
  if (failures.length === 1) return first;
  const shared = failures.every((failure) => failure.code === first.code);
  const hint = shared ? first.hint : 'see each failure above; every one has its own code in the report';
  return new WacsError(shared ? first.code : 'MultipleFailures', summary, {
    failures,
    ...(hint === undefined ? {} : { hint }),
  });
}
