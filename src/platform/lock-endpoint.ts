import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { WacsError } from '../core/errors.ts';
import { errorCode } from './file-errors.ts';
import { type Greeter, startGreeter } from './lock-greeter.ts';

/** Where the holder of a lock is found. */
export interface LockEndpoint {
  /** Where it greets: a pipe, abstract socket or socket file. All but the pipe are the lock themselves. */
  readonly path: string;
  /** Name of the mutex that is the lock on Windows. */
  readonly mutex?: string;
  /** A socket file outlives its process; it is removed when nobody answers there. */
  readonly isFile: boolean;
}

/** A lock that is held. */
export interface Claim {
  release(): Promise<void>;
}

/** The name of a state folder: the same however the folder is spelled or linked, and before it exists. */
export function instanceName(folder: string, platform: NodeJS.Platform = process.platform): string {
  const real = realFolder(resolve(folder));
  return platform === 'win32' ? real.toLowerCase() : real;
}

/** The kernel objects for a name. `Global\` makes the mutex one for all sessions, SYSTEM's too. */
export function lockEndpoint(name: string, platform: NodeJS.Platform): LockEndpoint {
  const id = `wacs-${createHash('sha256').update(name).digest('hex')}`;
  if (platform === 'win32') return { path: `\\\\.\\pipe\\${id}`, mutex: `Global\\${id}`, isFile: false };
  if (platform === 'linux') return { path: `\0${id}`, isFile: false };
  // 104 bytes is the longest path of a socket on macOS.
  return { path: join(tmpdir(), id.slice(0, 30)), isFile: true };
}

/**
 * Takes the endpoint when it is free and greets every peer with a line.
 * @returns undefined when another process holds it
 * @throws WacsError StorageError when the system refuses for another reason
 */
export async function claimEndpoint(endpoint: LockEndpoint, greeting: string): Promise<Claim | undefined> {
  if (endpoint.mutex !== undefined) return claimMutex(endpoint.mutex, () => startGreeter(endpoint.path, greeting));
  try {
    return await claimSocket(endpoint, greeting);
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new WacsError('StorageError', `cannot take the lock of the state folder: ${reason}`, { cause: error });
  }
}

/** The mutex is the lock; the pipe only says who holds it, and closes when the holder dies. */
async function claimMutex(name: string, greet: () => Promise<Greeter>): Promise<Claim | undefined> {
  const { tryOwnMutex } = await import('./win32/mutex.ts');
  const mutex = tryOwnMutex(name);
  if (mutex === undefined) return undefined;
  const greeter = await greet().catch(() => undefined);
  return {
    async release() {
      const closed = greeter?.close();
      mutex.release();
      await closed;
    },
  };
}

async function claimSocket(endpoint: LockEndpoint, greeting: string): Promise<Claim> {
  let greeter: Greeter;
  try {
    greeter = await startGreeter(endpoint.path, greeting);
  } catch (error) {
    if (!endpoint.isFile || errorCode(error) !== 'EADDRINUSE' || (await answers(endpoint.path))) throw error;
    await unlink(endpoint.path).catch(() => undefined);
    greeter = await startGreeter(endpoint.path, greeting);
  }
  return { release: greeter.close };
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return errorCode(error) !== 'ECONNREFUSED' && errorCode(error) !== 'ENOENT';
  } finally {
    socket.destroy();
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : join(realFolder(parent), basename(folder));
  }
}
