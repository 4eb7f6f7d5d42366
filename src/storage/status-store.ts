import { dirname } from 'node:path';
import type { FileStore } from '../core/ports.ts';

/** Writes the report of a run to `status.json` beside the renewals. @throws WacsError AccessDenied, StorageError. */
export async function writeStatusFile(path: string, files: FileStore, report: object): Promise<void> {
  await files.ensureFolder(dirname(path), { private: true });
  await files.writeAtomic(path, `${JSON.stringify(report, null, 2)}\n`, { private: true });
}
