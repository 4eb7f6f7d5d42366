import { isAbsolute } from 'node:path';
import { WacsError } from '../../core/errors.ts';
import type { InstallationContext, InstallationPlugin, PluginDescriptor, PluginServices } from '../../core/plugin.ts';
import { optionalText, requiredText } from '../../core/stored-options.ts';
import { requireScript, runScript } from '../run-script.ts';
import { fillPlaceholders, splitParameters, usesPlaceholder } from '../script-parameters.ts';
import { certificatePlaceholders, pfxPlaceholders } from './certificate-placeholders.ts';

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
    if (parameters !== undefined) splitParameters(parameters, '--scriptparameters');
    return { plugin: 'script', script, ...(parameters === undefined ? {} : { scriptParameters: parameters }) };
  },
  create(options, services) {
    const script = requiredText(options, 'script');
    const template = optionalText(options, 'scriptParameters') ?? '';
    return { install: (context) => install(script, template, context, services) };
  },
};

async function install(
  script: string,
  template: string,
  context: InstallationContext,
  services: PluginServices,
): Promise<void> {
  const start = { script, option: '--script', refusal: 'InstallationError' } as const;
  await requireScript(start, services);
  const run = async (pfx?: { readonly path: string; readonly password: string }): Promise<void> => {
    const args = await fillPlaceholders(template, certificatePlaceholders(context, pfx), services);
    const afterFailure = 'The next run starts the script again without a new order.';
    await runScript({ ...start, args, afterFailure }, services);
  };
  if (usesPlaceholder(template, pfxPlaceholders)) await context.withCachedPfx(run);
  else await run();
}
