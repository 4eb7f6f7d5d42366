import { readFileSync } from 'node:fs';
import { mkdir, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FileStore, FolderEntry, WriteOptions } from '../core/ports.ts';
import { removeStaleTemporaryFiles, writeFileAtomic } from './atomic-write.ts';
import { errorCode, fileError } from './file-errors.ts';
import { retryWhileHeld } from './retry-while-held.ts';

const heldLimitMs = 10_000;
const privateFile = 0o600;
const publicFile = 0o644;
const privateFolder = 0o700;
const publicFolder = 0o755;

/** What a file store needs from the system it runs on. */
export interface FileStoreOptions {
  /**
   * Restricts a folder to administrators (Windows, where permission bits mean nothing). Called for the topmost folder
   * made, and for the private folder itself while it is empty, before anything is put into it.
   */
  readonly protectFolder?: (path: string) => void | Promise<void>;
  readonly platform?: NodeJS.Platform;
}

/** Files of the machine. Private files are 0600 and private folders 0700; others 0644 and 0755, masked. */
export function createFileStore({ protectFolder, platform = process.platform }: FileStoreOptions = {}): FileStore {
  const windows = platform === 'win32';
  const swept = new Set<string>();
  return {
    readText: (path) => translated('read', path, () => readTextFile(path)),
    readBytes: (path) => translated('read', path, () => readWholeFile(path)),
    exists: (path) => translated('look for', path, () => pathExists(path)),
    list: (path) => translated('list the folder', path, () => namesIn(path)),
    entries: (path) => translated('list the folder', path, () => entriesIn(path)),
    writeAtomic: (path, content, options) =>
      translated('write', path, () => {
        const mode = options?.private === true ? privateFile : publicFile;
        return writeFileAtomic(path, content, { mode, windows, renameLimitMs: heldLimitMs });
      }),
    async ensureFolder(path, options) {
      const made = await translated('create the folder', path, () => makeFolder(path, options, protectFolder));
      if (!swept.has(path)) {
        swept.add(path);
        await sweep(path);
      }
      return made;
    },
    remove: (path) => translated('remove', path, () => removeFile(path, windows ? heldLimitMs : 0)),
    removeEmptyFolder: (path) => translated('remove the folder', path, () => removeIfEmpty(path)),
  };
}

/** What a killed run left may hold a key. One that cannot be removed now is no reason to fail. */
async function sweep(folder: string): Promise<void> {
  await removeStaleTemporaryFiles(folder).catch(() => undefined);
}

async function translated<T>(action: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw fileError(error, action, path);
  }
}

async function readTextFile(path: string): Promise<string | undefined> {
  const text = (await readWholeFile(path))?.toString('utf8');
  return text?.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Reads synchronously: a loop over 1,000 small files takes 5 ms this way and 60 to 90 ms through the thread pool. */
async function readWholeFile(path: string): Promise<Buffer | undefined> {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function entriesIn(folder: string): Promise<readonly FolderEntry[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function makeFolder(
  path: string,
  options: WriteOptions | undefined,
  protectFolder: FileStoreOptions['protectFolder'],
): Promise<string | undefined> {
  const isPrivate = options?.private === true;
  const mode = isPrivate ? privateFolder : publicFolder;
  const folder = resolve(path);
  const top = await topmostMissing(folder);
  const protect = isPrivate ? protectFolder : undefined;
  if (top !== undefined && protect !== undefined) {
    await mkdir(top, { recursive: true, mode });
    await protect(top);
  }
  await mkdir(folder, { recursive: true, mode });
  // A folder with content is left alone: it is ours from an earlier run, or a user's, such as the root of a drive.
  if (top !== folder && protect !== undefined && (await readdir(folder)).length === 0) await protect(folder);
  return top;
}

async function topmostMissing(folder: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let current = folder; !(await pathExists(current)); current = dirname(current)) {
    missing = current;
    if (dirname(current) === current) break;
  }
  return missing;
}

async function removeFile(path: string, limitMs: number): Promise<void> {
  try {
    await retryWhileHeld(() => unlink(path), limitMs);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
