import { WacsError } from '../core/errors.ts';

/** How long a run that has reached its limit may go on cleaning up before it is given up. */
const graceMs = 25_000;

/** The limit for a whole run. */
export interface RunLimit {
  /** Aborted by an interruption, or with a WacsError AcmeTimeout at the limit. */
  readonly signal: AbortSignal;
  /** Rejects when the work has not ended 25 s after the limit: it hangs in something that cannot be aborted. */
  readonly overdue: Promise<never>;
  stop(): void;
}

/** How a run is limited. */
export interface RunLimitOptions {
  readonly seconds: number;
  readonly interruption: AbortSignal;
  /** Called once, at the limit. */
  readonly onLimit: (message: string) => void;
  readonly graceMs?: number;
}

/** Starts the clock of a run; it does not keep the process alive. */
export function startRunLimit({ seconds, interruption, onLimit, ...options }: RunLimitOptions): RunLimit {
  const limit = new AbortController();
  const overdue = Promise.withResolvers<never>();
  overdue.promise.catch(() => undefined);
  let grace: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    const error = limitError(seconds);
    onLimit(error.message);
    limit.abort(error);
    grace = setTimeout(() => overdue.reject(error), options.graceMs ?? graceMs);
  }, seconds * 1000).unref();
  return {
    signal: AbortSignal.any([interruption, limit.signal]),
    overdue: overdue.promise,
    stop() {
      clearTimeout(timer);
      clearTimeout(grace);
    },
  };
}

function limitError(seconds: number): WacsError {
  return new WacsError('AcmeTimeout', `the run has reached its limit of ${seconds} s`, {
    hint: 'Run it again: what was done is kept. --timelimit SECONDS sets another limit; the log shows what took so long.',
  });
}
