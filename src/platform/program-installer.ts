import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { WacsError } from '../core/errors.ts';
import type { FileStore } from '../core/ports.ts';
import type { ProgramInstaller } from '../core/program.ts';
import { errorCode, fileError } from './file-errors.ts';

const programName = 'wacs.exe';
/** A program moved aside while it ran, and a copy that was never finished. */
const leftover = /^wacs\.exe\.(?:old|new)-[0-9a-f]{8}$/i;
const held = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** What the installer works with. */
export interface ProgramInstallerDependencies {
  readonly files: FileStore;
  /** Absolute path of the running program. */
  readonly source: string;
  /** Leaves a folder or file to administrators; users may start what is in it. */
  readonly protect: (path: string) => void;
}

/**
 * Installs the running program as `wacs.exe`. The copy is verified by SHA-256 before it takes its place, by a rename; a
 * program that runs there is renamed first and deleted by a later call.
 */
export function createProgramInstaller(dependencies: ProgramInstallerDependencies): ProgramInstaller {
  return {
    async install(folder) {
      const { files, source, protect } = dependencies;
      const target = join(folder, programName);
      await files.ensureFolder(folder);
      const names = await files.list(folder);
      if (names.every(isOurs)) protect(folder);
      await removeLeftovers(folder, names);
      const wanted = await hashOf(source);
      const copied = (await hashIfSameSize(target, source)) !== wanted;
      if (copied) await copyVerified({ source, target, wanted, protect });
      else protect(target);
      return { path: target, copied };
    },
  };
}

function isOurs(name: string): boolean {
  return name.toLowerCase() === programName || leftover.test(name);
}

interface Copy {
  readonly source: string;
  readonly target: string;
  /** SHA-256 of the source, hexadecimal. */
  readonly wanted: string;
  readonly protect: (path: string) => void;
}

async function copyVerified({ source, target, wanted, protect }: Copy): Promise<void> {
  const fresh = `${target}.new-${randomSuffix()}`;
  try {
    await copyFlushed(source, fresh);
    protect(fresh);
    if ((await hashOf(fresh)) !== wanted) {
      throw new WacsError('StorageError', `cannot install "${target}": the copy differs from "${source}"`, {
        hint: 'check disk and network, then run this again',
      });
    }
    await putInPlace(fresh, target);
  } catch (error) {
    await unlink(fresh).catch(() => undefined);
    throw fileError(error, 'install', target);
  }
}

/** Content only: other streams, such as the mark of a download, stay behind. */
async function copyFlushed(source: string, fresh: string): Promise<void> {
  const file = await open(fresh, 'wx', 0o755);
  try {
    for await (const chunk of createReadStream(source, { highWaterMark: 1024 * 1024 })) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows refuses to replace a program that runs, but lets it be renamed. */
async function putInPlace(fresh: string, target: string): Promise<void> {
  try {
    await rename(fresh, target);
    return;
  } catch (error) {
    if (!held.has(errorCode(error) ?? '')) throw error;
  }
  const aside = `${target}.old-${randomSuffix()}`;
  await rename(target, aside);
  try {
    await rename(fresh, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await unlink(aside).catch(() => undefined);
}

/** What still runs stays until the next call. */
async function removeLeftovers(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (leftover.test(name)) await unlink(join(folder, name)).catch(() => undefined);
  }
}

async function hashIfSameSize(path: string, other: string): Promise<string | undefined> {
  try {
    const [size, wanted] = await Promise.all([stat(path), stat(other)]);
    return size.size === wanted.size ? await hashOf(path) : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileError(error, 'read', path);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  } catch (error) {
    throw fileError(error, 'read', path);
  }
  return hash.digest('hex');
}

function randomSuffix(): string {
  return randomBytes(4).toString('hex');
}
