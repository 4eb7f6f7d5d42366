import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { WacsError } from '../core/errors.ts';
import { errorCode } from './file-errors.ts';

/** Where the holder of a lock listens. */
export interface LockEndpoint {
  readonly path: string;
  /** A socket file outlives its process; it is removed when nobody answers there. */
  readonly isFile: boolean;
}

/** The name of a state folder: the same however the folder is spelled or linked, and before it exists. */
export function instanceName(folder: string, platform: NodeJS.Platform = process.platform): string {
  const real = realFolder(resolve(folder));
  return platform === 'win32' ? real.toLowerCase() : real;
}

/** The kernel object for a name: pipe, abstract socket or socket file. */
export function lockEndpoint(name: string, platform: NodeJS.Platform): LockEndpoint {
  const id = `wacs-${createHash('sha256').update(name).digest('hex')}`;
  if (platform === 'win32') return { path: `\\\\.\\pipe\\${id}`, isFile: false };
  if (platform === 'linux') return { path: `\0${id}`, isFile: false };
  // 104 bytes is the longest path of a socket on macOS.
  return { path: join(tmpdir(), id.slice(0, 30)), isFile: true };
}

/**
 * Takes the endpoint when it is free and greets every peer with a line.
 * @returns undefined when another process holds it
 * @throws WacsError StorageError when the system refuses for another reason
 */
export async function claimEndpoint(
  endpoint: LockEndpoint,
  greeting: string,
): Promise<{ release(): Promise<void> } | undefined> {
  const peers = new Set<Socket>();
  const server = createServer((peer) => greet(peer, peers, greeting));
  try {
    await listen(server, endpoint);
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new WacsError('StorageError', `cannot take the lock of the state folder: ${reason}`, { cause: error });
  }
  server.on('error', () => undefined);
  server.unref();
  return { release: () => release(server, peers) };
}

function greet(peer: Socket, peers: Set<Socket>, greeting: string): void {
  peers.add(peer);
  peer.unref();
  peer.on('error', () => undefined);
  peer.on('close', () => peers.delete(peer));
  peer.resume();
  peer.write(greeting);
}

async function listen(server: Server, endpoint: LockEndpoint): Promise<void> {
  try {
    await listening(server, endpoint.path);
  } catch (error) {
    if (!endpoint.isFile || errorCode(error) !== 'EADDRINUSE' || (await answers(endpoint.path))) throw error;
    await unlink(endpoint.path).catch(() => undefined);
    await listening(server, endpoint.path);
  }
}

async function listening(server: Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, 'listening');
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

async function release(server: Server, peers: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const peer of peers) peer.destroy();
  await closed;
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : join(realFolder(parent), basename(folder));
  }
}
