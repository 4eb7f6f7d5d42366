import type { LogLevel } from '../core/ports.ts';
import type { LogSink } from './log.ts';
import { printable } from './printable.ts';

/** The console as far as the log needs it. */
export interface LogConsole {
  out(text: string): void;
  err(text: string): void;
  readonly colours: { readonly out: boolean; readonly err: boolean };
}

/** How a console shows the log. */
export interface ConsoleSinkOptions {
  readonly console: LogConsole;
  readonly verbose: boolean;
  /** Standard output belongs to the report: everything goes to standard error. */
  readonly json: boolean;
}

const styles: Readonly<Record<LogLevel, { readonly label: string; readonly colour: string }>> = {
  verbose: { label: '', colour: '\u001b[2m' },
  info: { label: '', colour: '' },
  warning: { label: 'warning: ', colour: '\u001b[33m' },
  error: { label: 'error: ', colour: '\u001b[31m' },
};
const reset = '\u001b[0m';

/** Info goes to standard output, warnings and errors to standard error, verbose only when asked for. */
export function createConsoleSink({ console, verbose, json }: ConsoleSinkOptions): LogSink {
  return {
    write({ level, text }) {
      if (level === 'verbose' && !verbose) return;
      const toError = json || level === 'warning' || level === 'error';
      const coloured = toError ? console.colours.err : console.colours.out;
      const { label, colour } = styles[level];
      const line = `${label}${printable(text)}`;
      const shown = coloured && colour !== '' ? `${colour}${line}${reset}` : line;
      if (toError) console.err(`${shown}\n`);
      else console.out(`${shown}\n`);
    },
  };
}
