import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { EnvironmentUnavailable } from './environment-unavailable.ts';

const TOOL_LIMIT_MS = 180_000;
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/**
 * Runs a program of the machine and gives back its standard output.
 * @throws EnvironmentUnavailable when it cannot be started, fails, or overruns its limit (3 minutes, or `signal`).
 */
export function runTool(file: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const settings = {
    ...options,
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    timeout: TOOL_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
  } as const;
  return new Promise((resolve, reject) => {
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new EnvironmentUnavailable(`${basename(file)} failed: ${explain(error, stderr)}`, { cause: error }));
    });
  });
}

function explain(error: Error & { killed?: boolean }, stderr: string): string {
  if (error.name === 'AbortError' || error.killed) return 'it overran its time limit';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const text = lines.find((line) => line.startsWith('E: ')) ?? lines.at(-1) ?? error.message;
  return text.replaceAll(/(\w+:\/\/)[^/@\s]+@/g, '$1');
}
