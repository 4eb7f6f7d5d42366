import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const limitMs = 120_000;
const pollMs = 2;

/** A command that must succeed. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Wall time of one run in milliseconds. @throws Error when it fails or overruns two minutes. */
export function timeRun({ file, args, env }: Program): number {
  const start = performance.now();
  const result = spawnSync(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const duration = performance.now() - start;
  if (result.status === 0) return duration;
  throw new Error(
    `${file} ${args.join(' ')}: ${result.error?.message ?? `exit code ${result.status}`}\n${result.stderr}`,
  );
}

/** Medians of several runs, and of the ratio to a bare run made right before each. */
export interface Comparison {
  readonly ms: number;
  readonly bareMs: number;
  readonly ratio: number;
}

/** Runs pairs of `bare` and `program`, so that a busy moment of the machine hits both. */
export function compare(program: Program, bare: Program, rounds: number): Comparison {
  timeRun(program);
  const pairs = Array.from({ length: rounds }, () => ({ bareMs: timeRun(bare), ms: timeRun(program) }));
  return {
    ms: median(pairs.map(({ ms }) => ms)),
    bareMs: median(pairs.map(({ bareMs }) => bareMs)),
    ratio: median(pairs.map(({ ms, bareMs }) => ms / bareMs)),
  };
}

/** The most memory the program itself had at once, in bytes, as far as polling sees it; Linux only. */
export async function peakMemory({ file, args, env }: Program): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: 'ignore', timeout: limitMs });
  let peak: number | undefined;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak ?? 0, readPeak(child.pid));
    await sleep(pollMs);
  }
  return peak;
}

/** The median, without averaging the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function readPeak(pid: number | undefined): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
