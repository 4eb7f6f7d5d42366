import { getRawPointer } from 'node:ffi';
import type { EventLog, EventType, SystemEvent } from '../../core/event-log.ts';
import { advapi32 } from './advapi32.ts';
import { lastError, nativeBuffer, wideString, win32Error } from './library.ts';
import { owned } from './owned.ts';

/** Source of the events in the log "Application". */
export const eventSource = 'wacs';

const sourceKey = `SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\${eventSource}`;
/**
 * Its messages 1 to 1000 are the text of the event alone. `CustomSource` lets eventcreate.exe write to the source too.
 */
const sourceValues: readonly (readonly [name: string, value: string | number])[] = [
  ['EventMessageFile', '%SystemRoot%\\System32\\EventCreate.exe'],
  ['TypesSupported', 7],
  ['CustomSource', 1],
];

/** HKEY_LOCAL_MACHINE, a 32-bit number extended by its sign. */
const localMachine = 0xffff_ffff_8000_0002n;
const keySetValue = 0x2;
const expandString = 2;
const doubleWord = 4;
/** ReportEventW takes 31,839 characters. */
const longestText = 30_000;
const types: Readonly<Record<EventType, number>> = { error: 1, warning: 2, information: 4 };

/** The event log of Windows. */
export function createEventLog(onUnregistered: (error: unknown) => void): EventLog {
  return {
    write(events) {
      try {
        registerSource();
      } catch (error) {
        // The events are written all the same; Event Viewer then shows them under a note that the source is unknown.
        onUnregistered(error);
      }
      writeEvents(events);
    },
  };
}

function registerSource(): void {
  const what = `cannot register the event source "${eventSource}"`;
  const out = nativeBuffer();
  const path = wideString(sourceKey);
  const code = advapi32().RegCreateKeyExW(localMachine, path, 0, 0n, 0, keySetValue, 0n, out, 0n);
  if (code !== 0) throw win32Error(what, 'RegCreateKeyExW', code);
  using key = owned(out.readBigUInt64LE(0), (open) => advapi32().RegCloseKey(open));
  for (const [name, value] of sourceValues) {
    const failure = setValue(key.handle, name, value);
    if (failure !== 0) throw win32Error(what, 'RegSetValueExW', failure);
  }
}

function setValue(key: bigint, name: string, value: string | number): number {
  const set = advapi32().RegSetValueExW;
  if (typeof value === 'string') {
    const size = (value.length + 1) * 2;
    return set(key, wideString(name), 0, expandString, wideString(value), size);
  }
  const data = nativeBuffer();
  data.writeUInt32LE(value, 0);
  return set(key, wideString(name), 0, doubleWord, data, 4);
}

function writeEvents(events: readonly SystemEvent[]): void {
  const what = 'cannot write to the event log';
  const handle = advapi32().RegisterEventSourceW(0n, wideString(eventSource));
  if (handle === 0n) throw win32Error(what, 'RegisterEventSourceW', lastError());
  using source = owned(handle, (open) => advapi32().DeregisterEventSource(open));
  for (const event of events) writeEvent(source.handle, event, what);
}

function writeEvent(handle: bigint, { type, id, text }: SystemEvent, what: string): void {
  const insert = wideString(eventText(text));
  const inserts = nativeBuffer();
  inserts.writeBigUInt64LE(getRawPointer(insert), 0);
  const written = advapi32().ReportEventW(handle, types[type], 0, id, 0n, 1, 0, inserts, 0n);
  // Reading the buffer again keeps it referenced until the call has returned.
  if (written === 0 && insert.length > 0) throw win32Error(what, 'ReportEventW', lastError());
}

/** Event Viewer would take a percent sign before a digit for a place to fill in (documentation of ReportEvent). */
function eventText(text: string): string {
  return text
    .slice(0, longestText)
    .replaceAll(/%(?=\d)/g, '% ')
    .replaceAll(/\r?\n/g, '\r\n')
    .replaceAll('\0', '?');
}
