import type { Clock, Log, LogLevel } from '../core/ports.ts';
import type { Redactor } from './redact.ts';

/** One message on its way to the sinks, secrets already blanked out. */
export interface LogRecord {
  readonly time: Date;
  readonly level: LogLevel;
  readonly text: string;
}

/** Where records go. MUST NOT throw: a log that cannot be written does not fail a run. */
export interface LogSink {
  write(record: LogRecord): void;
}

/** What a log is made of. */
export interface LogOptions {
  readonly sinks: readonly LogSink[];
  readonly redactor: Redactor;
  readonly clock: Pick<Clock, 'now'>;
}

/** A log that blanks out secrets and hands each record to every sink. Lines of `child('a')` begin with `a: `. */
export function createLog(options: LogOptions): Log {
  return logWithPrefix(options, '');
}

function logWithPrefix(options: LogOptions, prefix: string): Log {
  const { sinks, redactor, clock } = options;
  const at = (level: LogLevel) => (message: string) => {
    const record = { time: clock.now(), level, text: redactor.redact(`${prefix}${message}`) };
    for (const sink of sinks) sink.write(record);
  };
  return {
    verbose: at('verbose'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    child: (name) => logWithPrefix(options, `${prefix}${name}: `),
  };
}
