import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { WineRunOptions, WineRunResult } from '../wine/run-in-wine.ts';
import type { BareMachine } from './windows-machine.ts';

const defaultLimitMs = 60_000;

/** The Windows this process runs on, with program and state folders below a temporary one. */
export async function thisWindows(t: TestContext): Promise<BareMachine> {
  const root = await mkdtemp(join(tmpdir(), 'wacs-machine-'));
  t.after(() => rm(root, { recursive: true, force: true, maxRetries: 10 }));
  const programData = join(root, 'ProgramData');
  return {
    root,
    programFiles: join(root, 'Program Files'),
    programData,
    prefix: undefined,
    hostPath: (path) => path,
    run: (program, args = [], options = {}) =>
      runProgram(program, args, { cwd: root, ...options, env: { ProgramData: programData, ...options.env } }),
    async installFile(from, to) {
      await mkdir(dirname(to), { recursive: true });
      await copyFile(from, to);
    },
  };
}

async function runProgram(program: string, args: readonly string[], options: WineRunOptions): Promise<WineRunResult> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(program, args, {
    env: { ...env, ...options.env },
    stdio: 'pipe',
    windowsHide: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')];
  child.stdin.on('error', () => undefined).end(options.stdin ?? '');
  const end = await endOf(child, options);
  const [stdoutBytes, stderrBytes] = [stdout(), stderr()];
  return { ...end, stdoutBytes, stderrBytes, stdout: stdoutBytes.toString(), stderr: stderrBytes.toString() };
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): () => Buffer {
  const chunks: Buffer[] = [];
  child[stream]?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

/** At the limit the whole tree is killed, by the signal this program alone. */
function endOf(
  child: ChildProcess,
  { timeoutMs = defaultLimitMs, signal }: WineRunOptions,
): Promise<Pick<WineRunResult, 'exitCode' | 'timedOut'>> {
  let timedOut = false;
  let killed = false;
  const timer = setTimeout(() => {
    timedOut = true;
    execFile('taskkill.exe', ['/T', '/F', '/PID', String(child.pid)], () => child.kill());
  }, timeoutMs);
  const kill = (): void => {
    killed = true;
    child.kill();
  };
  signal?.addEventListener('abort', kill);
  return new Promise<Pick<WineRunResult, 'exitCode' | 'timedOut'>>((resolve, reject) => {
    child.once('error', reject);
    const code = (): number | undefined => (timedOut || killed ? undefined : (child.exitCode ?? undefined));
    child.once('exit', () => setTimeout(() => resolve({ exitCode: code(), timedOut }), 100));
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  });
}
