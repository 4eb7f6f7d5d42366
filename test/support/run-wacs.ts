import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout. */
export const projectRoot = join(import.meta.dirname, '..', '..');
/** The bundle under test. */
export const bundle = join(projectRoot, 'dist', 'wacs.cjs');

const defaultTimeoutMs = 60_000;

/** What a run left. */
export interface WacsResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the program is started. */
export interface RunWacsOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** Standard input; none without it. */
  readonly stdin?: string;
  /** Called with each piece of output (both streams), to act in the middle of a run. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/**
 * Runs the built bundle as its own process with a minimal environment, as a user would.
 * @throws Error when the bundle was not built, or the run overran its limit.
 */
export async function runWacs(args: readonly string[], options: RunWacsOptions = {}): Promise<WacsResult> {
  if (!existsSync(bundle)) throw new Error(`${bundle} does not exist: run npm run build first`);
  const child = spawn(process.execPath, [bundle, ...args], {
    cwd: options.cwd ?? projectRoot,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...options.env },
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? defaultTimeoutMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  child.stdin?.end(options.stdin);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.onOutput?.(text, kill);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onOutput?.(text, kill);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
}
