import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { LogRecord, LogSink } from './log.ts';
import { formatRecord, localDate } from './log-format.ts';

const keptFiles = 120;
const logName = /^log-\d{8}\.txt$/;

/** Where the log file lives. */
export interface FileSinkOptions {
  /** The `log` folder of the state folder; made when the first record comes. */
  readonly folder: string;
  /** Told once, with a sentence, when the log cannot be written. */
  readonly onFailure: (message: string) => void;
  /** Restricts a folder: the topmost one made, and that of the log (Windows, where permission bits mean nothing). */
  readonly protectFolder?: (path: string) => void;
}

/** A sink with a file that can be closed. */
export interface FileSink extends LogSink {
  close(): void;
}

interface OpenFile {
  readonly date: string;
  readonly descriptor: number;
}

/**
 * Appends to `log-YYYYMMDD.txt` (local date), one file a day, the newest 120 kept. Every record is written before the
 * call returns (3 microseconds), so none is lost however the process ends.
 */
export function createFileSink(options: FileSinkOptions): FileSink {
  let file: OpenFile | undefined;
  let failed = false;
  const close = (): void => {
    if (file !== undefined) closeSync(file.descriptor);
    file = undefined;
  };
  const fail = (error: unknown): void => {
    if (failed) return;
    failed = true;
    options.onFailure(`cannot write the log in "${options.folder}": ${error instanceof Error ? error.message : error}`);
  };
  return {
    close,
    write(record) {
      try {
        const date = localDate(record.time).replaceAll('-', '');
        if (file?.date !== date) {
          close();
          file = openLog(options, date);
        }
        append(file, record);
      } catch (error) {
        fail(error);
      }
    },
  };
}

function append(file: OpenFile, record: LogRecord): void {
  appendFileSync(file.descriptor, formatRecord(record));
}

function openLog({ folder, protectFolder }: FileSinkOptions, date: string): OpenFile {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) for (const path of new Set([toOrdinaryPath(made), folder])) protectFolder?.(path);
  const descriptor = openSync(join(folder, `log-${date}.txt`), 'a', 0o600);
  removeOldLogs(folder);
  return { date, descriptor };
}

/** Node gives the folder it made back as `\\?\C:\...` on Windows. */
function toOrdinaryPath(path: string): string {
  return path.replace(/^\\\\\?\\(?=[A-Za-z]:)/, '');
}

/** Yesterday's files matter less than today's record: what cannot be removed now is tried again tomorrow. */
function removeOldLogs(folder: string): void {
  const names = readdirSync(folder)
    .filter((name) => logName.test(name))
    .sort();
  for (const name of names.slice(0, -keptFiles)) {
    try {
      unlinkSync(join(folder, name));
    } catch {}
  }
}
