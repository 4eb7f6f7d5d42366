import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../run-wacs.ts';
import { type Result, seconds } from './result.ts';

const limitMs = 10 * 60_000;

/** A program of the project that must succeed. */
export interface Step {
  readonly name: string;
  /** Script below the checkout, and its arguments. */
  readonly command: readonly [string, ...string[]];
}

/** Runs a step with this Node, its output shown as it comes. One that fails or overruns 10 minutes counts as failed. */
export async function runStep({ name, command }: Step, signal: AbortSignal): Promise<Result> {
  const start = performance.now();
  console.log(`\n=== ${name}`);
  const failure = await run(command, signal);
  const durationMs = performance.now() - start;
  console.log(`=== ${name}: ${failure ?? 'passed'}, ${seconds(durationMs)}`);
  return { name, passed: failure ? 0 : 1, failed: failure ? 1 : 0, skipped: 0, durationMs };
}

/** @returns what went wrong */
function run([script, ...args]: Step['command'], signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(projectRoot, script), ...args], {
      cwd: projectRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
      signal,
    });
    child.on('error', (error) => resolve(`FAILED (${error.message})`));
    child.on('exit', (code, killed) => resolve(code === 0 ? undefined : `FAILED (${killed ?? `exit code ${code}`})`));
  });
}
