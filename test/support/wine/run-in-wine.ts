import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBounded } from './run-bounded.ts';
import type { Command } from './wine.ts';

const DEFAULT_LIMIT_MS = 60_000;

export interface WineRunOptions {
  /** Added to a minimal environment; nothing of the test's own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Windows path on C:, `C:\` without it. */
  readonly cwd?: string;
  /** One minute without it. When it is over, everything that runs in the prefix is killed. */
  readonly timeoutMs?: number;
  /** Standard input; empty without it. */
  readonly stdin?: string;
  /** Kills this program alone, at once, as the Task Scheduler's hard stop does. */
  readonly signal?: AbortSignal;
}

export interface WineRunResult {
  /** Low 8 bits of the exit code, which is all that Linux sees; `undefined` when the program was killed. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
  readonly stderrBytes: Buffer;
  readonly timedOut: boolean;
}

type Started = Pick<WineRunOptions, 'timeoutMs' | 'stdin' | 'signal'> & { readonly env: NodeJS.ProcessEnv };

/** Runs a command with its output in files: through a Linux pipe Windows programs of Wine fail to write (EBADF). */
export async function runInWine(command: Command, options: Started): Promise<WineRunResult> {
  const folder = await mkdtemp(join(tmpdir(), 'wacs-wine-'));
  const pathOf = (name: string): string => join(folder, name);
  try {
    await writeFile(pathOf('in'), options.stdin ?? '');
    const [input, output, errors] = await Promise.all([
      open(pathOf('in'), 'r'),
      open(pathOf('out'), 'w'),
      open(pathOf('err'), 'w'),
    ]);
    const files = [input, output, errors];
    const result = await runBounded(command, {
      env: options.env,
      timeoutMs: options.timeoutMs ?? DEFAULT_LIMIT_MS,
      ...(options.stdin === undefined ? {} : { stdin: input.fd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      stdout: output.fd,
      stderr: errors.fd,
    }).finally(() => Promise.all(files.map((file) => file.close())));
    const [stdoutBytes, stderrBytes] = await Promise.all([readFile(pathOf('out')), readFile(pathOf('err'))]);
    return { ...result, stdoutBytes, stderrBytes, stdout: stdoutBytes.toString(), stderr: stderrBytes.toString() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
