import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, fileError } from './file-errors.ts';
import { retryWhileHeld } from './retry-while-held.ts';

const temporaryName = /^\..+\.\d+-[0-9a-f]{12}\.tmp$/s;
const hourMs = 3_600_000;
/** With 25 characters of ours, 60 of at most 3 bytes stay below the usual limit of 255 bytes. */
const keptNameLength = 60;
/** File systems that cannot flush a folder, or folders that may be written but not listed. */
const folderSyncRefused = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM', 'EBADF', 'EISDIR']);

/** How a file is replaced. */
export interface AtomicWriteOptions {
  /** Permission bits of the new file, masked by the process; Windows ignores them. */
  readonly mode: number;
  readonly windows: boolean;
  /** How long a rename is repeated while another program holds the file (Windows only). */
  readonly renameLimitMs: number;
}

/** Replaces a file so that any reader, at any instant, even after a power cut, finds the old content or the new one. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions,
): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await writeNewFile(temporary, content, options.mode);
    await retryWhileHeld(() => rename(temporary, path), options.windows ? options.renameLimitMs : 0);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  if (!options.windows) await flushFolder(dirname(path));
}

/**
 * Removes temporary files that a killed run left in a folder.
 * @returns how many were removed
 * @throws WacsError AccessDenied, StorageError
 */
export async function removeStaleTemporaryFiles(folder: string, olderThanMs = hourMs): Promise<number> {
  let removed = 0;
  for (const name of await temporaryFilesIn(folder)) {
    const path = join(folder, name);
    try {
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs < olderThanMs) continue;
      await unlink(path);
      removed += 1;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw fileError(error, 'remove the leftover file', path);
    }
  }
  return removed;
}

async function temporaryFilesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => temporaryName.test(name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw fileError(error, 'list the folder', folder);
  }
}

function temporaryPath(path: string): string {
  const suffix = `${process.pid}-${randomBytes(6).toString('hex')}`;
  return join(dirname(path), `.${basename(path).slice(0, keptNameLength)}.${suffix}.tmp`);
}

async function writeNewFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself survive a power cut; NTFS journals it, POSIX needs the folder flushed. */
async function flushFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!folderSyncRefused.has(errorCode(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}
