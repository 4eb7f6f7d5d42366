import { type ErrorCode, WacsError } from '../core/errors.ts';
import { type HresultInfo, hresultTable } from './hresult-table.ts';

const byValue = new Map(hresultTable.map((info) => [info.value, info]));

/** Registered, but Task Scheduler has something to say about it. */
const warnings: ReadonlySet<number> = new Set([0x0004131b, 0x0004131c]);

/** What the table knows of an exit code; undefined when it is not listed. Signed and unsigned numbers are accepted. */
export function describeHresult(code: number): HresultInfo | undefined {
  return byValue.get(code >>> 0);
}

/**
 * True when an exit code of `schtasks /HRESULT` means success. A success HRESULT has its top bit clear ([MS-ERREF] 2.1),
 * but not every such number is one: 1 is what schtasks ends with where `/HRESULT` has no effect, 255 or 9009 come from
 * others, and 0x40010004 is an NTSTATUS (ended from outside).
 */
export function isSuccess(code: number): boolean {
  const value = code >>> 0;
  const failureOrNotHresult = value >>> 29 !== 0;
  return value === 0 || (!failureOrNotHresult && value > 0xffff);
}

/** True for the successes that registered a task which may not run as wished. */
export function isSuccessWithWarning(code: number): boolean {
  return warnings.has(code >>> 0);
}

/** `0x80070005` form of an exit code. */
export function formatHresult(code: number): string {
  return `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}

/**
 * The failure behind an exit code.
 * @param action what was tried, on what: `register task "x"`
 * @param text what schtasks printed; shown only where the code alone does not say what is wrong
 */
export function hresultError(code: number, action: string, text: string): WacsError {
  const info = describeHresult(code);
  const error = info?.error ?? unlistedError(code);
  const detail = text !== '' && (error === 'TaskSchedulerError' || error === 'TaskDefinitionRejected');
  return new WacsError(error, `cannot ${action}: ${reason(code, info)}${detail ? `; schtasks said: ${text}` : ''}`, {
    hint: info?.hint || 'run with --verbose, and try the schtasks command it shows in an elevated prompt',
    hresult: code >>> 0,
  });
}

function reason(code: number, info: HresultInfo | undefined): string {
  if (info !== undefined) return `${info.meaning} (${formatHresult(code)} ${info.name})`;
  if (code >>> 0 <= 0xffff) return `schtasks ended with exit code ${code}, which names no cause`;
  return `schtasks ended with the unknown code ${formatHresult(code)}`;
}

function unlistedError(code: number): ErrorCode {
  const value = code >>> 0;
  const aboutXml = value >= 0x80041316 && value <= 0x8004131d;
  return aboutXml ? 'TaskDefinitionRejected' : 'TaskSchedulerError';
}
