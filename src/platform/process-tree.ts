import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { system32Path } from './paths.ts';

/** How long a program on POSIX may clean up after SIGTERM. */
const graceMs = 2_000;
const taskkillLimitMs = 10_000;
const pollMs = 20;

/**
 * Ends a program and its descendants: `taskkill /T /F` on Windows; elsewhere SIGTERM to its process group (it must have
 * been started detached), then SIGKILL after 2 s. Never throws.
 */
export async function killProcessTree(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') await taskkill(child.pid);
  else await killGroup(child.pid);
  child.kill('SIGKILL');
}

async function taskkill(pid: number): Promise<void> {
  const killer = spawn(system32Path('taskkill.exe'), ['/T', '/F', '/PID', String(pid)], {
    stdio: 'ignore',
    windowsHide: true,
    timeout: taskkillLimitMs,
  });
  await once(killer, 'close').catch(() => undefined);
}

async function killGroup(group: number): Promise<void> {
  const end = performance.now() + graceMs;
  let alive = signalGroup(group, 'SIGTERM');
  while (alive && performance.now() < end) {
    await delay(pollMs);
    alive = signalGroup(group, 0);
  }
  if (alive) signalGroup(group, 'SIGKILL');
}

/** @returns false when no process of the group is left */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
