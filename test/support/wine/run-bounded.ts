import { spawn } from 'node:child_process';
import type { Command } from './wine.ts';

export interface BoundedOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** File descriptors; standard input is empty without one. */
  readonly stdin?: number;
  readonly stdout: number;
  readonly stderr: number;
  /** Ends the program at once, as a timeout does. */
  readonly signal?: AbortSignal;
}

export interface BoundedResult {
  /** What the system reports, cut to 8 bits; `undefined` when the program was killed. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
}

/** Runs a program to its end, or kills it with its process group when its time is up. Rejects when it cannot start. */
export function runBounded(command: Command, options: BoundedOptions): Promise<BoundedResult> {
  options.signal?.throwIfAborted();
  const child = spawn(command.file, command.args, {
    env: options.env,
    stdio: [options.stdin ?? 'ignore', options.stdout, options.stderr],
    detached: true,
  });
  const kill = (): void => killGroup(child.pid);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeoutMs);
  options.signal?.addEventListener('abort', kill);
  const settle = (): void => {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', kill);
  };
  return new Promise<BoundedResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve({ exitCode: code ?? undefined, timedOut }));
  }).finally(settle);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
