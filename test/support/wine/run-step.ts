import { appendFile, open, readFile } from 'node:fs/promises';
import { EnvironmentUnavailable } from '../environment-unavailable.ts';
import { runBounded } from './run-bounded.ts';
import type { Command } from './wine.ts';

const RETRY_DELAY_MS = 3_000;

export interface Step {
  /** For people: "debootstrap of Debian trixie". */
  readonly name: string;
  readonly command: Command;
  readonly timeoutMs: number;
  /** All output is appended here. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Further tries after a failure, each after `beforeRetry`. */
  readonly retries?: number;
  readonly beforeRetry?: () => Promise<void>;
}

/** @throws EnvironmentUnavailable when the program fails every time, overruns its limit, or cannot be started. */
export async function runStep(step: Step): Promise<void> {
  const tries = 1 + (step.retries ?? 0);
  for (let attempt = 1; ; attempt++) {
    const failure = await tryStep(step);
    if (failure === undefined) return;
    if (attempt === tries) throw new EnvironmentUnavailable(`${step.name} failed: ${failure}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    await step.beforeRetry?.();
  }
}

async function tryStep(step: Step): Promise<string | undefined> {
  await appendFile(step.log, `--- ${step.name}\n`);
  const file = await open(step.log, 'a');
  try {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', ...step.env };
    const output = { stdout: file.fd, stderr: file.fd };
    const result = await runBounded(step.command, { env, timeoutMs: step.timeoutMs, ...output });
    if (result.exitCode === 0) return undefined;
    return result.timedOut
      ? `it overran its limit of ${step.timeoutMs / 1000} s`
      : await explain(step, result.exitCode);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await file.close();
  }
}

async function explain(step: Step, exitCode: number | undefined): Promise<string> {
  const text = await readFile(step.log, 'utf8');
  const lines = text.slice(text.lastIndexOf('--- ')).split('\n').slice(1);
  const spoken = lines.filter((line) => line.trim() !== '');
  const telling = spoken.findLast((line) => /^E: /.test(line)) ?? spoken.at(-1) ?? 'it said nothing';
  const withoutLogin = telling.replaceAll(/(\w+:\/\/)[^/@\s]+@/g, '$1');
  return `it ended with ${exitCode ?? 'a signal'}: ${withoutLogin}`;
}
