import { WacsError } from '../../core/errors.ts';
import type { PluginServices } from '../../core/plugin.ts';
import type { ProcessRequest } from '../../core/ports.ts';

type Command = Pick<ProcessRequest, 'file' | 'args' | 'cwd' | 'verbatimArguments'>;

/**
 * How a script is started: `.ps1` by Windows PowerShell, `.cmd` and `.bat` by the command processor, all else directly.
 * @throws WacsError InstallationError for arguments a batch file cannot take safely, UnsupportedPlatform off Windows.
 */
export function scriptCommand(
  script: string,
  args: readonly string[],
  { platform, systemRoot }: PluginServices,
): Command {
  const extension = /\.[^.\\/]*$/.exec(script)?.[0].toLowerCase();
  const cwd = script.replace(/[\\/][^\\/]*$/, '');
  if (extension === '.ps1') return { ...powerShell(script, args, requireWindows(script, platform, systemRoot)), cwd };
  if (extension === '.cmd' || extension === '.bat')
    return { ...commandProcessor(script, args, requireWindows(script, platform, systemRoot)), cwd };
  return { file: script, args, cwd };
}

function powerShell(script: string, args: readonly string[], systemRoot: string): Command {
  const file = `${systemRoot}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`;
  return {
    file,
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', script, ...args],
  };
}

/**
 * cmd.exe reads its command line anew: quotes and percent signs cannot be escaped for certain, so they are refused.
 * Everything else is inert between quotes; /v:off keeps exclamation marks inert too.
 */
function commandProcessor(script: string, args: readonly string[], systemRoot: string): Command {
  const unsafe = [script, ...args].find((text) => /["%\r\n\0]/.test(text));
  if (unsafe !== undefined) {
    throw new WacsError(
      'InstallationError',
      `an argument for the batch file ${script} contains a quote, a percent sign or a line break`,
      {
        hint: 'Use a PowerShell script (.ps1) or a program instead: they take any argument.',
      },
    );
  }
  const quoted = [script, ...args].map((text) => `"${text}"`).join(' ');
  return {
    file: `${systemRoot}\\System32\\cmd.exe`,
    args: ['/d', '/v:off', '/s', '/c', `"${quoted}"`],
    verbatimArguments: true,
  };
}

function requireWindows(script: string, platform: PluginServices['platform'], systemRoot: string | undefined): string {
  if (platform === 'win32' && systemRoot !== undefined) return systemRoot;
  throw new WacsError('UnsupportedPlatform', `${script} can only be started on Windows`, {
    hint: 'Use a script with a #! line or a program.',
  });
}
