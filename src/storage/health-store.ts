import { dirname } from 'node:path';
import * as v from 'valibot';
import { WacsError } from '../core/errors.ts';
import type { HealthStore } from '../core/health-record.ts';
import type { FileStore } from '../core/ports.ts';
import { dateSchema, formatStateFile, parseStateFile, versionField } from './json-file.ts';

const text = v.string();

const recordSchema = v.object({
  schemaVersion: versionField,
  baseUri: text,
  writtenAt: dateSchema,
  lastRun: v.exactOptional(v.object({ command: text, endedAt: dateSchema, exitCode: v.number(), exitName: text })),
  task: v.exactOptional(
    v.object({
      name: text,
      state: v.picklist(['healthy', 'missing', 'unhealthy', 'unknown', 'unsupported']),
      problems: v.array(text),
    }),
  ),
  renewals: v.array(
    v.object({
      id: text,
      friendlyName: text,
      part: v.exactOptional(text),
      hosts: v.array(text),
      certificate: v.exactOptional(
        v.object({ thumbprint: text, notBefore: dateSchema, notAfter: dateSchema, revoked: v.boolean() }),
      ),
      dueAt: v.exactOptional(dateSchema),
      failures: v.exactOptional(v.object({ count: v.number(), lastAt: dateSchema, code: text })),
    }),
  ),
  unreadable: v.array(v.object({ id: text, message: text })),
});

/** Where the record lies and who may read it. */
export interface HealthStoreOptions {
  readonly path: string;
  readonly files: FileStore;
  /** Lets every user of the machine read a folder (Windows, where the state folder is closed to them). */
  readonly allowReading?: ((folder: string) => void) | undefined;
}

/** The record as a file; nothing else may lie in its folder. */
export function createHealthStore({ path, files, allowReading }: HealthStoreOptions): HealthStore {
  return {
    async read() {
      const content = await files.readText(path);
      if (content === undefined) return undefined;
      try {
        const { schemaVersion: _, ...record } = parseStateFile(path, content, recordSchema);
        return record;
      } catch (error) {
        if (error instanceof WacsError && error.code === 'ConfigurationError') return undefined;
        throw error;
      }
    },
    async write(record) {
      const folder = dirname(path);
      await files.ensureFolder(folder, { private: true });
      // Before the file, which inherits; every time, because an earlier run may have been killed here.
      allowReading?.(folder);
      await files.writeAtomic(path, formatStateFile(record), { private: true });
    },
  };
}
