import { type ErrorCode, WacsError } from '../core/errors.ts';
import type { PluginServices } from '../core/plugin.ts';
import type { ProcessRequest } from '../core/ports.ts';

type Command = Pick<ProcessRequest, 'file' | 'args' | 'cwd' | 'verbatimArguments'>;
type Platform = Pick<PluginServices, 'platform' | 'systemRoot'>;

/** One argument for a script. */
export interface ScriptArgument {
  readonly text: string;
  /** The administrator wrote it with a leading dash, as the name of a parameter; no value has come to stand there. */
  readonly isName: boolean;
}

/** How a script is started, and what it means when it cannot be. */
export interface ScriptStart {
  readonly script: string;
  readonly args: readonly ScriptArgument[];
  /** Code of the failure for arguments that a batch file cannot take safely. */
  readonly refusal: ErrorCode;
}

/**
 * How a script is started: `.ps1` by Windows PowerShell, `.cmd` and `.bat` by the command processor, all else directly.
 * @throws WacsError with the code given for arguments a batch file cannot take safely, UnsupportedPlatform off Windows.
 */
export function scriptCommand(start: ScriptStart, { platform, systemRoot }: Platform): Command {
  const { script, args } = start;
  const extension = /\.[^.\\/]*$/.exec(script)?.[0].toLowerCase();
  const cwd = script.replace(/[\\/][^\\/]*$/, '');
  if (extension === '.ps1') return { ...powerShell(start, requireWindows(script, platform, systemRoot)), cwd };
  if (extension === '.cmd' || extension === '.bat')
    return { ...commandProcessor(start, requireWindows(script, platform, systemRoot)), cwd };
  return { file: script, args: args.map(({ text }) => text), cwd };
}

/**
 * With `-File`, PowerShell takes every argument as it is, but one that starts with a dash for the name of a parameter. A
 * value may start with one (a token of ACME is base64url): then the script is called by a command, where it is quoted.
 */
function powerShell({ script, args }: ScriptStart, systemRoot: string): Command {
  const file = `${systemRoot}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`;
  const options = ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'];
  if (args.every(({ text, isName }) => isName || !/^[-\u2013-\u2015]/.test(text)))
    return { file, args: [...options, '-File', script, ...args.map(({ text }) => text)] };
  const call = ['&', quoted(script), ...args.map(asPowerShell)].join(' ');
  const exit = 'if ($?) { exit 0 }; if ($LASTEXITCODE) { exit $LASTEXITCODE }; exit 1';
  return { file, args: [...options, '-Command', `${call}; ${exit}`] };
}

function asPowerShell({ text, isName }: ScriptArgument): string {
  const [, name, value = ''] = (isName ? /^(-[A-Za-z]\w*:?)(.*)$/s.exec(text) : null) ?? [];
  if (name === undefined) return quoted(text);
  return value === '' ? name : `${name}${quoted(value)}`;
}

/** PowerShell takes typographic quotes for quotes. */
function quoted(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

/**
 * cmd.exe reads its command line anew: quotes and percent signs cannot be escaped for certain, so they are refused.
 * Everything else is inert between quotes; /v:off keeps exclamation marks inert too.
 */
function commandProcessor({ script, args, refusal }: ScriptStart, systemRoot: string): Command {
  const texts = [script, ...args.map(({ text }) => text)];
  if (texts.some((text) => /["%\r\n\0]/.test(text))) {
    throw new WacsError(
      refusal,
      `an argument for the batch file ${script} contains a quote, a percent sign or a line break`,
      {
        hint: 'Use a PowerShell script (.ps1) or a program instead: they take any argument.',
      },
    );
  }
  return {
    file: `${systemRoot}\\System32\\cmd.exe`,
    args: ['/d', '/v:off', '/s', '/c', `"${texts.map((text) => `"${text}"`).join(' ')}"`],
    verbatimArguments: true,
  };
}

function requireWindows(script: string, platform: PluginServices['platform'], systemRoot: string | undefined): string {
  if (platform === 'win32' && systemRoot !== undefined) return systemRoot;
  throw new WacsError('UnsupportedPlatform', `${script} can only be started on Windows`, {
    hint: 'Use a script with a #! line or a program.',
  });
}
