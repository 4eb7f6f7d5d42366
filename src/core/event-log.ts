import type { ReportedError, ReportedRenewal } from './report.ts';

/** Level of an event. */
export type EventType = 'error' | 'warning' | 'information';

/** One event of the system's log. */
export interface SystemEvent {
  readonly type: EventType;
  /** The exit code; `successEventId` for a success. */
  readonly id: number;
  /** Lines of text without secrets. */
  readonly text: string;
}

/** The system's event log. */
export interface EventLog {
  /** @throws WacsError AccessDenied, StorageError. */
  write(events: readonly SystemEvent[]): void;
}

/** Event id of a success: the message file of the source begins at 1, so 0 would have no text in Event Viewer. */
export const successEventId = 1000;

/** A run as far as the event log tells about it. */
export interface LoggedRun {
  readonly command: string;
  readonly exitCode: number;
  readonly exitName: string;
  /** Of a command line that was refused; without secrets. */
  readonly commandLine?: string;
  readonly error?: ReportedError;
  readonly renewals: readonly ReportedRenewal[];
}

/** Windows takes 31,839 characters for a whole event. */
const longestCommandLine = 8_000;

/** A run that ended with one of these did not fail: done, nothing due. */
const endedWell: readonly number[] = [0, 15];

/** One event for a run that failed, and one for each certificate that failed or succeeded; none where nothing was due. */
export function eventsOf(run: LoggedRun, now: Date): SystemEvent[] {
  const events = run.renewals.flatMap((renewal) => renewalEvent(renewal, now));
  if (endedWell.includes(run.exitCode)) return events;
  const text = [
    `${run.command === 'none' ? 'The command line was refused' : `The command "${run.command}" ended`} with exit code ${run.exitCode} ${run.exitName}.`,
    ...(run.commandLine === undefined ? [] : [`Command line: ${run.commandLine.slice(0, longestCommandLine)}`]),
    ...(run.error === undefined ? [] : errorLines(run.error)),
  ];
  return [
    ...events,
    { type: run.exitName === 'Interrupted' ? 'warning' : 'error', id: run.exitCode, text: lines(text) },
  ];
}

function renewalEvent(renewal: ReportedRenewal, now: Date): SystemEvent[] {
  const { result, certificate, error } = renewal;
  const name = `"${renewal.friendlyName}" (id ${renewal.id})${renewal.part === undefined ? '' : `, certificate ${renewal.part}`}`;
  const details = certificateLines(renewal);
  if (result === 'failed') {
    // With a valid certificate in place there is time for further attempts.
    const type = certificate !== undefined && Date.parse(certificate.notAfter) > now.getTime() ? 'warning' : 'error';
    const text = [`Renewal ${name} failed.`, ...(error === undefined ? [] : errorLines(error)), ...details];
    return [{ type, id: error?.code ?? 1, text: lines(text) }];
  }
  if (result === 'notDue') return [];
  const done = result === 'deployedOnly' ? 'deployed again' : result;
  return [
    { type: 'information', id: successEventId, text: lines([`Renewal ${name}: certificate ${done}.`, ...details]) },
  ];
}

function errorLines(error: ReportedError): string[] {
  return [
    `${error.code} ${error.name}: ${error.message}`,
    ...(error.failures ?? []).map((failure) => `${failure.code} ${failure.name}: ${failure.message}`),
    ...(error.hint === undefined ? [] : [`What to do: ${error.hint}`]),
  ];
}

function certificateLines({ certificate, nextDue }: ReportedRenewal): string[] {
  return [
    ...(certificate === undefined
      ? []
      : [
          `Hosts: ${certificate.hosts.join(', ')}`,
          `Certificate: ${certificate.thumbprint}, valid until ${certificate.notAfter}`,
        ]),
    ...(nextDue === undefined ? [] : [`Next due: ${nextDue}`]),
  ];
}

function lines(text: readonly string[]): string {
  return text.join('\n');
}
