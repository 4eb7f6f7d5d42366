import { WacsError } from '../../src/core/errors.ts';
import type {
  FileStore,
  Log,
  ProcessRequest,
  ProcessResult,
  ProcessRunner,
  WriteOptions,
} from '../../src/core/ports.ts';

/** Files in memory that remember how they were written. */
export interface MemoryFiles extends FileStore {
  readonly content: Map<string, Uint8Array>;
  readonly written: { readonly path: string; readonly options: WriteOptions | undefined }[];
  /** Thrown by the named methods when set. */
  failure: { readonly method: 'writeAtomic' | 'remove'; readonly error: WacsError } | undefined;
}

export function createMemoryFiles(existing: readonly string[] = []): MemoryFiles {
  const files: MemoryFiles = {
    content: new Map(existing.map((path) => [path, new Uint8Array()])),
    written: [],
    failure: undefined,
    async readText(path) {
      const bytes = files.content.get(path);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
    },
    readBytes: async (path) => files.content.get(path),
    exists: async (path) => files.content.has(path),
    list: async () => [...files.content.keys()],
    entries: async () => [...files.content.keys()].map((name) => ({ name, isFolder: false })),
    async writeAtomic(path, content, options) {
      files.written.push({ path, options });
      if (files.failure?.method === 'writeAtomic') throw files.failure.error;
      files.content.set(path, typeof content === 'string' ? Buffer.from(content) : content);
    },
    ensureFolder: async () => undefined,
    async remove(path) {
      if (files.failure?.method === 'remove') throw files.failure.error;
      files.content.delete(path);
    },
    removeEmptyFolder: async () => false,
  };
  return files;
}

/** A log that keeps its lines as `level: message`. */
export function createMemoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const log = {
    lines,
    verbose: keep('verbose'),
    info: keep('info'),
    warning: keep('warning'),
    error: keep('error'),
    child: () => log,
  };
  return log;
}

export type Answer = Partial<ProcessResult> | WacsError;

/** A runner with one answer for everything. */
export function createAnsweringRunner(answer: Answer): ProcessRunner & { readonly requests: ProcessRequest[] } {
  const requests: ProcessRequest[] = [];
  return {
    requests,
    async run(request) {
      requests.push(request);
      return resultOf(answer);
    },
  };
}

export function resultOf(answer: Answer): ProcessResult {
  if (answer instanceof WacsError) throw answer;
  return { exitCode: 0, timedOut: false, stdout: new Uint8Array(), stderr: new Uint8Array(), ...answer };
}
