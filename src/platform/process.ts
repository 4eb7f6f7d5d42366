import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { isAbsolute } from 'node:path';
import { WacsError } from '../core/errors.ts';
import type { ProcessRequest, ProcessResult, ProcessRunner } from '../core/ports.ts';
import { errorCode } from './file-errors.ts';
import { collectOutput } from './process-output.ts';
import { killProcessTree } from './process-tree.ts';

const defaultMaxOutputBytes = 1024 * 1024;
/** How long output is awaited after the end of a program whose descendants keep its pipes open. */
const drainMs = 1_000;
/** How long a killed program is awaited before it is left behind. */
const deathLimitMs = 5_000;

const startFailures: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist',
  EACCES: 'access is denied, or it needs an elevated prompt',
  EPERM: 'the operation is not permitted',
  EINVAL: 'it is a batch file, which needs cmd.exe, or an argument is not valid',
  ENOEXEC: 'it is not an executable file',
  UNKNOWN: 'it is not an executable file for this system',
  E2BIG: 'the arguments are too long',
  ENAMETOOLONG: 'the arguments are too long',
  EAGAIN: 'the system has no room for another process',
  ENOMEM: 'there is not enough memory',
};

/**
 * Runs programs of the machine. A program ended by a signal on POSIX has exit code 128 + signal number, as in a shell.
 * At the limit the whole tree is killed; the result then comes at most 8 s later even if something survives.
 * @throws (from `run`) WacsError StorageError when the program cannot be started, its `cause` carrying Node's `code`
 * such as `ENOENT`; the signal's reason after an abort.
 */
export function createProcessRunner(): ProcessRunner {
  return { run: runProcess };
}

async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  request.signal?.throwIfAborted();
  const child = start(request);
  const limit = request.maxOutputBytes ?? defaultMaxOutputBytes;
  const stdout = collectOutput(child.stdout, limit);
  const stderr = collectOutput(child.stderr, limit);
  try {
    const end = await endOf(child, request);
    const exitCode = end.timedOut ? undefined : end.exitCode;
    return { exitCode, timedOut: end.timedOut, stdout: stdout(), stderr: stderr() };
  } finally {
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
  }
}

function start(request: ProcessRequest): ChildProcess {
  if (!isAbsolute(request.file)) throw startError(request, 'the path is not absolute');
  try {
    return spawn(request.file, [...request.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      windowsVerbatimArguments: request.verbatimArguments === true,
      // A process group of its own, so that the limit reaches grandchildren; on Windows it would open a console.
      detached: process.platform !== 'win32',
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    });
  } catch (error) {
    throw startFailure(request, error);
  }
}

interface End {
  readonly timedOut: boolean;
  readonly exitCode: number | undefined;
}

/** Waits for the end of the program and its output, its limit, or an abort. */
async function endOf(child: ChildProcess, request: ProcessRequest): Promise<End> {
  const ended = exitOf(child, request);
  const stop = stopSignal(request);
  const first = await Promise.race([ended, stop.reason]).finally(stop.cancel);
  if (typeof first === 'object') return first;
  await killProcessTree(child);
  await withLimit(ended, deathLimitMs);
  if (first === 'aborted') throw request.signal?.reason;
  return { timedOut: true, exitCode: undefined };
}

function exitOf(child: ChildProcess, request: ProcessRequest): Promise<End> {
  return new Promise((resolve, reject) => {
    const finish = (): void => resolve({ timedOut: false, exitCode: exitCodeOf(child) });
    child.on('error', (error) => reject(startFailure(request, error)));
    child.once('close', finish);
    child.once('exit', () => setTimeout(finish, drainMs).unref());
  });
}

/** On Windows the code is an unsigned 32-bit number; Node gives a signed one in some cases. */
function exitCodeOf(child: ChildProcess): number {
  if (child.exitCode !== null) return child.exitCode >>> 0;
  return 128 + (child.signalCode === null ? 0 : constants.signals[child.signalCode]);
}

function stopSignal({ timeoutMs, signal }: ProcessRequest): { reason: Promise<'timeout' | 'aborted'>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<'timeout' | 'aborted'>();
  const timer = setTimeout(resolve, timeoutMs, 'timeout');
  const onAbort = (): void => resolve('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    reason: promise,
    cancel() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

async function withLimit(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([work.catch(() => undefined), promise]);
  clearTimeout(timer);
}

function startFailure(request: ProcessRequest, error: unknown): WacsError {
  const code = errorCode(error);
  const missingFolder = code === 'ENOENT' && request.cwd !== undefined && !existsSync(request.cwd);
  if (missingFolder) return startError(request, `its working folder "${request.cwd}" does not exist`, error);
  const reason = startFailures[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return startError(request, code === undefined ? reason : `${reason} (${code})`, error);
}

function startError(request: ProcessRequest, reason: string, cause?: unknown): WacsError {
  return new WacsError('StorageError', `cannot start "${request.file}": ${reason}`, {
    hint: 'check that the path is complete and that the program can be started from a prompt',
    ...(cause === undefined ? {} : { cause }),
  });
}
