import { isAbsolute } from 'node:path';
import { WacsError } from '../core/errors.ts';
import type { ProcessResult } from '../core/ports.ts';
import { oneLine } from '../core/problem.ts';
import type { ScriptServices } from './run-script.ts';
import { scriptCommand } from './script-command.ts';
import { fillPlaceholders } from './script-parameters.ts';

const outputLimitBytes = 64 * 1024;
const shownOutput = 500;

/** A script of the administrator that prints secrets. */
export interface ScriptVault {
  /** Absolute path of it. */
  readonly script: string;
  /** Its arguments; `{key}` stands for the key. */
  readonly parameters: string;
  /** Hides the secret from all output, before anything else the script printed is shown. */
  readonly hide: (secret: string) => void;
}

/**
 * Asks the script for a secret: what it prints to standard output, without the blanks around it. That is never logged;
 * what it prints to standard error is.
 * @throws WacsError ScriptFailed for an exit code other than 0, at the limit `Script.Timeout`, and for no output;
 * ConfigurationError when there is no such script
 */
export async function readFromScript(key: string, vault: ScriptVault, services: ScriptServices): Promise<string> {
  const { script, parameters, hide } = vault;
  const { files, processes, log, defaults } = services;
  await requireVaultScript(script, files);
  const command = scriptCommand(
    { script, args: await argumentsOf(key, parameters), refusal: 'ConfigurationError' },
    services,
  );
  log.verbose(`asking ${script} for the secret "${key}"`);
  const result = await processes.run({
    ...command,
    timeoutMs: defaults.scriptTimeoutMs,
    maxOutputBytes: outputLimitBytes,
  });
  const secret = textOf(result.stdout).trim();
  if (secret !== '') hide(secret);
  for (const line of textOf(result.stderr).split(/\r?\n/).filter(Boolean)) log.warning(`script: ${oneLine(line)}`);
  requireAnswer(result, { key, script, secret, limitMs: defaults.scriptTimeoutMs });
  return secret;
}

async function requireVaultScript(script: string, files: ScriptServices['files']): Promise<void> {
  const what = `the script "${script}" of the setting Secrets.Script.Get`;
  if (!isAbsolute(script)) {
    throw new WacsError('ConfigurationError', `${what} has no absolute path`, {
      hint: 'The scheduled task runs in another folder: give the full path.',
    });
  }
  if (!(await files.exists(script)))
    throw new WacsError('ConfigurationError', `${what} does not exist`, { hint: 'Correct the setting.' });
}

function argumentsOf(key: string, parameters: string): ReturnType<typeof fillPlaceholders> {
  const lookUp = (name: string): string | undefined => (name.toLowerCase() === 'key' ? key : undefined);
  return fillPlaceholders(parameters, lookUp, {
    async revealSecret() {
      throw new WacsError('ConfigurationError', 'the arguments of the vault script refer to the vault themselves', {
        hint: 'Take vault:// out of the setting Secrets.Script.GetArguments.',
      });
    },
  });
}

function requireAnswer(
  { timedOut, exitCode, stderr }: ProcessResult,
  { key, script, secret, limitMs }: { key: string; script: string; secret: string; limitMs: number },
): void {
  const what = `the script ${script}, asked for the secret "${key}",`;
  if (timedOut) {
    throw new WacsError('ScriptFailed', `${what} did not end within ${limitMs / 1000} s and was killed`, {
      hint: 'The limit is the setting Script.Timeout, in seconds.',
    });
  }
  const hint = 'Start the script by hand, as the account that runs wacs.';
  if (exitCode !== 0) {
    const words = oneLine(textOf(stderr)).slice(-shownOutput);
    throw new WacsError('ScriptFailed', `${what} ended with exit code ${exitCode}${words === '' ? '' : `: ${words}`}`, {
      hint,
      ...(exitCode === undefined ? {} : { exitStatus: exitCode }),
    });
  }
  if (secret === '') throw new WacsError('ScriptFailed', `${what} printed nothing`, { hint });
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
