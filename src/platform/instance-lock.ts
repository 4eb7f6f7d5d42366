import { setTimeout as delay } from 'node:timers/promises';
import { WacsError } from '../core/errors.ts';
import { askHolder, type Holder } from './instance-holder.ts';
import { claimEndpoint, lockEndpoint } from './lock-endpoint.ts';

/** Pause where the end of the holder cannot be seen, such as another user's pipe. */
const blindPauseMs = 250;
/** Pause after the holder has gone; keeps a program that hangs up at once from making this a busy loop. */
const pauseMs = 10;

/** How a lock is asked for. */
export interface InstanceLockRequest {
  /** What is locked; `instanceName` makes one from a state folder. */
  readonly name: string;
  /** How long to wait for another run, in milliseconds; 0 tries once. */
  readonly waitMs: number;
  /** Called once, when another run holds the lock; undefined when it does not say who it is. */
  readonly onWaiting: (holder: Holder | undefined) => void;
  /** The command of this run, shown to whoever waits for it (any local user): no secrets. */
  readonly describe: string;
  readonly platform?: NodeJS.Platform;
}

/** A held lock. */
export interface InstanceLock {
  release(): Promise<void>;
}

/**
 * One run per name on this machine: a named pipe on Windows, an abstract socket on Linux, a socket in the temporary
 * folder elsewhere. The system frees it when the process dies in whatever way. It never keeps the process alive.
 * @throws WacsError AlreadyRunning, naming the other run, when it still holds the lock after `waitMs`
 */
export async function acquireInstanceLock(request: InstanceLockRequest): Promise<InstanceLock> {
  const endpoint = lockEndpoint(request.name, request.platform ?? process.platform);
  const greeting = JSON.stringify({ pid: process.pid, command: request.describe, startedAt: new Date().toISOString() });
  const end = performance.now() + request.waitMs;
  let holder: Holder | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const lock = await claimEndpoint(endpoint, `${greeting}\n`);
    if (lock !== undefined) return lock;
    const left = end - performance.now();
    if (attempt > 0 && left <= 0) throw alreadyRunning(holder, request.waitMs);
    const visit = await askHolder(endpoint.path);
    holder = visit.holder ?? holder;
    if (attempt === 0) request.onWaiting(holder);
    await visit.gone(Math.max(0, end - performance.now()));
    const pause = visit.holder === undefined ? blindPauseMs : pauseMs;
    await delay(Math.max(0, Math.min(pause, end - performance.now())));
  }
}

function alreadyRunning(holder: Holder | undefined, waitMs: number): WacsError {
  const waited = waitMs === 0 ? '' : ` after ${Math.round(waitMs / 1000)} s`;
  const message = `another run still uses this state folder${waited}`;
  if (holder === undefined) {
    const hint = 'wait until it has finished, then run this again; it may belong to another user';
    return new WacsError('AlreadyRunning', `${message}, and does not say which it is`, { hint });
  }
  const { pid, startedAt, command } = holder;
  const hint = `wait until it has finished, or end process ${pid}, then run this again`;
  return new WacsError('AlreadyRunning', `${message}: process ${pid}, since ${startedAt}: ${command}`, { hint });
}
