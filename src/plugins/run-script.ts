import { WacsError } from '../core/errors.ts';
import type { PluginServices } from '../core/plugin.ts';
import type { ProcessResult } from '../core/ports.ts';
import { oneLine } from '../core/problem.ts';
import { type ScriptStart, scriptCommand } from './script-command.ts';

const outputLimitBytes = 64 * 1024;
const shownOutput = 500;

/** A script of the administrator that is to be run. */
export interface ScriptRun extends ScriptStart {
  /** The option that named it, such as `--script`. */
  readonly option: string;
  /** What comes next after a failure, as a sentence. */
  readonly afterFailure: string;
  /** What ends it beside its limit; the signal of the run unless given. */
  readonly signal?: AbortSignal;
}

/** What running a script needs. */
export type ScriptServices = Pick<
  PluginServices,
  'files' | 'processes' | 'log' | 'defaults' | 'platform' | 'systemRoot'
>;

/**
 * Runs a script and waits for its end, at most for the setting `Script.Timeout`; its output goes to the log.
 * @throws WacsError ScriptFailed for an exit code other than 0 and at the limit; with the code of the run when there is no
 * such script; as `scriptCommand`; StorageError when it cannot be started.
 */
export async function runScript(run: ScriptRun, services: ScriptServices): Promise<void> {
  const { script, signal } = run;
  const { processes, log, defaults } = services;
  await requireScript(run, services);
  const command = scriptCommand(run, services);
  log.verbose(`starting ${script}`);
  const result = await processes.run({
    ...command,
    timeoutMs: defaults.scriptTimeoutMs,
    maxOutputBytes: outputLimitBytes,
    ...(signal === undefined ? {} : { signal }),
  });
  logOutput(result, services);
  requireSuccess(result, run, defaults.scriptTimeoutMs);
}

/** @throws WacsError with the code of the run when the script does not exist. */
export async function requireScript(
  { script, option, refusal }: Pick<ScriptRun, 'script' | 'option' | 'refusal'>,
  { files }: Pick<PluginServices, 'files'>,
): Promise<void> {
  if (await files.exists(script)) return;
  throw new WacsError(refusal, `the script ${script} does not exist`, {
    hint: `Check ${option}; create the renewal again with the same --id to change it.`,
  });
}

function requireSuccess(result: ProcessResult, { script, afterFailure }: ScriptRun, limitMs: number): void {
  if (result.timedOut) {
    throw new WacsError('ScriptFailed', `the script ${script} did not end within ${limitMs / 1000} s and was killed`, {
      hint: `The limit is the setting Script.Timeout, in seconds. ${afterFailure}`,
    });
  }
  if (result.exitCode === 0) return;
  throw new WacsError(
    'ScriptFailed',
    `the script ${script} ended with exit code ${result.exitCode}${lastWords(result)}`,
    {
      hint: afterFailure,
      ...(result.exitCode === undefined ? {} : { exitStatus: result.exitCode }),
    },
  );
}

function logOutput(result: ProcessResult, { log }: ScriptServices): void {
  for (const line of textOf(result.stdout).split(/\r?\n/).filter(Boolean)) log.info(`script: ${oneLine(line)}`);
  for (const line of textOf(result.stderr).split(/\r?\n/).filter(Boolean)) log.warning(`script: ${oneLine(line)}`);
}

function lastWords(result: ProcessResult): string {
  const text = oneLine(textOf(result.stderr)).slice(-shownOutput);
  return text === '' ? '' : `: ${text}`;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
