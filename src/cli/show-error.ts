import type { WacsError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { exitCodeOf } from '../exit-codes.ts';
import type { Surroundings } from './run-context.ts';

/** Where a failure is shown. */
export interface ShowErrorOptions {
  readonly surroundings: Pick<Surroundings, 'err' | 'redact'>;
  /** Absent when the failure came before there was a log; then standard error alone shows it. */
  readonly log?: Log | undefined;
}

/** Shows a failure with its code, its parts and the next step; a fault in the program itself also leaves its stack in the log. */
export function showError(error: WacsError, { surroundings, log }: ShowErrorOptions): void {
  const show = (text: string): void =>
    log === undefined ? surroundings.err(`${surroundings.redact(text)}\n`) : log.error(text);
  const prefix = log === undefined ? 'error: ' : '';
  show(`${prefix}${error.message} [${exitCodeOf(error.code)} ${error.code}]`);
  const parts = (error.details.failures ?? []).map(({ code, message }) => `${message} [${exitCodeOf(code)} ${code}]`);
  for (const part of new Set(parts)) show(`${prefix}  ${part}`);
  for (const hint of error.hint?.split('\n') ?? []) show(`${prefix}what to do: ${hint}`);
  if (error.code !== 'UnexpectedError') return;
  const stack = stackOf(error);
  if (log !== undefined) log.verbose(stack);
}

function stackOf(error: WacsError): string {
  const origin = error.cause instanceof Error ? error.cause : error;
  return (origin.stack ?? String(origin)).replaceAll('\n', ' | ');
}
