import { isAbsolute } from 'node:path';
import { WacsError } from '../../core/errors.ts';
import type { InstallationContext, InstallationPlugin, PluginDescriptor, PluginServices } from '../../core/plugin.ts';
import type { ProcessResult } from '../../core/ports.ts';
import { oneLine } from '../../core/problem.ts';
import { optionalText, requiredText } from '../../core/stored-options.ts';
import { scriptCommand } from './script-command.ts';
import { fillPlaceholders, type PlaceholderValues, splitParameters, usesCachedPfx } from './script-parameters.ts';

const outputLimitBytes = 64 * 1024;
const shownOutput = 500;

/** Installation `script`: runs a program of the administrator with facts about the certificate as arguments. */
export const scriptInstallation: PluginDescriptor<InstallationPlugin> = {
  name: 'script',
  description: 'runs a script or program',
  options: [
    {
      name: 'script',
      type: 'text',
      group: 'installation',
      valueName: 'FILE',
      description: 'Absolute path of a program or a .cmd, .bat or .ps1 script',
    },
    {
      name: 'scriptparameters',
      type: 'text',
      group: 'installation',
      valueName: 'TEXT',
      description:
        'Arguments for the script; {CertThumbprint}, {CertCommonName}, {CertFriendlyName}, {CacheFile}, {CachePassword}, {CacheFolder}, {StorePath}, {StoreType}, {RenewalId}, {OldCertThumbprint}, {OldCertCommonName}, {OldCertFriendlyName} are filled in',
    },
  ],
  fromArguments(values) {
    const script = values.text('script');
    if (script === undefined)
      throw new WacsError('UsageError', '--installation script needs --script', { hint: 'Give --script FILE.' });
    if (!isAbsolute(script)) {
      throw new WacsError('UsageError', `--script "${script}" is not an absolute path`, {
        hint: 'The scheduled task runs in another folder: give the full path.',
      });
    }
    const parameters = values.text('scriptparameters');
    if (parameters !== undefined) splitParameters(parameters);
    return { plugin: 'script', script, ...(parameters === undefined ? {} : { scriptParameters: parameters }) };
  },
  create(options, services) {
    const script = requiredText(options, 'script');
    const template = optionalText(options, 'scriptParameters') ?? '';
    return { install: (context) => runScript(script, template, context, services) };
  },
};

async function runScript(
  script: string,
  template: string,
  context: InstallationContext,
  services: PluginServices,
): Promise<void> {
  if (!(await services.files.exists(script))) {
    throw new WacsError('InstallationError', `the script ${script} does not exist`, {
      hint: 'Check --script; create the renewal again with the same --id to change it.',
    });
  }
  const values = placeholderValues(context);
  if (!usesCachedPfx(template)) return start(script, fillPlaceholders(template, values), services);
  await context.withCachedPfx(({ path, password }) =>
    start(
      script,
      fillPlaceholders(template, { ...values, CacheFile: path, CachePassword: password, CacheFolder: parentOf(path) }),
      services,
    ),
  );
}

async function start(script: string, args: readonly string[], services: PluginServices): Promise<void> {
  const { processes, log, defaults } = services;
  const command = scriptCommand(script, args, services);
  log.verbose(`starting ${script}`);
  const result = await processes.run({
    ...command,
    timeoutMs: defaults.scriptTimeoutMs,
    maxOutputBytes: outputLimitBytes,
  });
  logOutput(result, services);
  if (result.timedOut) {
    throw new WacsError(
      'ScriptFailed',
      `the script ${script} did not end within ${defaults.scriptTimeoutMs / 1000} s and was killed`,
      {
        hint: 'The limit is the setting Script.Timeout, in seconds. The next run starts the script again without a new order.',
      },
    );
  }
  if (result.exitCode !== 0) {
    throw new WacsError(
      'ScriptFailed',
      `the script ${script} ended with exit code ${result.exitCode}${lastWords(result)}`,
      {
        hint: 'The next run starts the script again without a new order.',
        ...(result.exitCode === undefined ? {} : { exitStatus: result.exitCode }),
      },
    );
  }
}

function logOutput(result: ProcessResult, { log }: PluginServices): void {
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

function placeholderValues(context: InstallationContext): PlaceholderValues {
  const { certificate, previous, stores } = context;
  return {
    CertCommonName: certificate.commonName,
    CertFriendlyName: certificate.friendlyName,
    CertThumbprint: certificate.info.thumbprint,
    RenewalId: context.renewalId,
    StorePath: stores[0]?.path ?? '',
    StoreType: stores[0]?.plugin ?? '',
    OldCertCommonName: previous?.commonName ?? '',
    OldCertFriendlyName: previous?.friendlyName ?? '',
    OldCertThumbprint: previous?.thumbprint ?? '',
    CacheFile: '',
    CachePassword: '',
    CacheFolder: '',
  };
}

function parentOf(path: string): string {
  return path.replace(/[\\/][^\\/]*$/, '');
}
