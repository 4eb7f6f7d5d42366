import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const STOP_LIMIT_MS = 5_000;
const SETPRIV = '/usr/bin/setpriv';
const live = new Set<ChildProcess>();

export interface ServerProcess {
  readonly pid: number | undefined;
  /** All it printed so far, up to date at every call, also after `stop`. */
  readonly log: () => string;
  /** Throws, with the end of the log, when it is no longer running. */
  readonly assertRunning: () => void;
  readonly stop: () => Promise<void>;
}

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** Starts a server that does not outlive this process, however that ends, and does not keep it from ending. */
export function startServer(command: ServerCommand): ServerProcess {
  // A file, not a pipe: what the server printed before it answered is there when the answer is.
  const output = openSync(command.logFile, 'w', 0o600);
  const [file, args] = boundToUs(command);
  const child = spawn(file, args, { env: { ...command.env }, stdio: ['ignore', output, output], windowsHide: true });
  closeSync(output);
  track(child);
  let failure: Error | undefined;
  let finalLog: string | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const log = () => finalLog ?? readFileSync(command.logFile, 'utf8');
  return {
    pid: child.pid,
    log,
    assertRunning: () => {
      if (isRunning(child)) return;
      const reason = failure?.message ?? `exit code ${child.exitCode ?? child.signalCode}\n${log().slice(-2000)}`;
      throw new Error(`${basename(command.file)} is not running: ${reason}`);
    },
    stop: async () => {
      await end(child);
      finalLog ??= log();
    },
  };
}

/** On Linux the kernel kills it with us, even when we are killed ourselves. */
function boundToUs({ file, args }: ServerCommand): [string, string[]] {
  try {
    accessSync(SETPRIV);
  } catch {
    return [file, [...args]];
  }
  return [SETPRIV, ['--pdeathsig', 'KILL', '--', file, ...args]];
}

function track(child: ChildProcess): void {
  if (live.size === 0) process.on('exit', killAll);
  live.add(child);
  child.unref();
  child.once('close', () => {
    live.delete(child);
    if (live.size === 0) process.off('exit', killAll);
  });
}

function killAll(): void {
  for (const child of live) child.kill('SIGKILL');
}

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  child.ref();
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(STOP_LIMIT_MS) });
  child.kill('SIGKILL');
  await exited;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
