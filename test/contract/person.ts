import type { Log } from '../../src/core/ports.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';

/** Somebody who reads what is shown and does what it says. */
export interface Person {
  /** What they read. */
  readonly log: Log & { readonly lines: readonly string[] };
  /** TXT values they have made, by name. */
  readonly records: Map<string, Set<string>>;
  /** Files on their web site, by path. */
  readonly files: Map<string, string>;
  /** They go home: nothing is done any more. */
  leaves(): void;
}

/** A person at the terminal. */
export function createPerson(): Person {
  const memory = createMemoryLog();
  const records = new Map<string, Set<string>>();
  const files = new Map<string, string>();
  let isThere = true;
  let fields: Record<string, string> = {};
  const read = (line: string): void => {
    if (!isThere) return;
    const [, name = '', value = ''] = /^ {4}(\w+): +(.*)$/.exec(line) ?? [];
    fields = name === '' ? fields : { ...fields, [name]: value };
    const made = /^"(\S+)" \(/.exec(fields.value ?? '')?.[1];
    if (fields.name !== undefined && made !== undefined) {
      records.set(fields.name, (records.get(fields.name) ?? new Set()).add(made));
      fields = {};
    }
    if (fields.path !== undefined && fields.content !== undefined) {
      files.set(fields.path, fields.content);
      fields = {};
    }
    const record = /the TXT record (\S+) "(\S+)" can be removed now/.exec(line);
    if (record !== null) records.get(record[1] ?? '')?.delete(record[2] ?? '');
    const file = /the file (\S+) can be removed now/.exec(line)?.[1];
    if (file !== undefined) files.delete(file);
  };
  const info = (line: string): void => {
    memory.info(line);
    read(line);
  };
  return { log: { ...memory, info, lines: memory.lines }, records, files, leaves: () => (isThere = false) };
}
