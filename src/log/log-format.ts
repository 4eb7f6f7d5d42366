import type { LogLevel } from '../core/ports.ts';
import type { LogRecord } from './log.ts';
import { printable } from './printable.ts';

const names: Readonly<Record<LogLevel, string>> = {
  verbose: 'VERBOSE',
  info: 'INFO',
  warning: 'WARN',
  error: 'ERROR',
};

/**
 * A record as it stands in the log file, such as `2026-11-23 16:20:00.123 +01:00 [INFO] text`, in local time. Further
 * lines of a message are indented, so that no message can pass for a record of its own.
 */
export function formatRecord({ time, level, text }: LogRecord): string {
  const lines = printable(text).replace(/\n+$/, '').replaceAll('\n', '\n    ');
  return `${localDate(time)} ${localTime(time)} ${offset(time)} [${names[level]}] ${lines}\n`;
}

/** Local date as `yyyy-MM-dd`. */
export function localDate(time: Date): string {
  return `${digits(time.getFullYear(), 4)}-${digits(time.getMonth() + 1)}-${digits(time.getDate())}`;
}

function localTime(time: Date): string {
  const seconds = `${digits(time.getSeconds())}.${digits(time.getMilliseconds(), 3)}`;
  return `${digits(time.getHours())}:${digits(time.getMinutes())}:${seconds}`;
}

function offset(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
}

function digits(value: number, count = 2): string {
  return String(value).padStart(count, '0');
}
