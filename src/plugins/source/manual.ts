import { WacsError } from '../../core/errors.ts';
import { displayName, type Identifier, parseIdentifier } from '../../core/identifier.ts';
import type { PluginDescriptor, SourcePlugin, Target } from '../../core/plugin.ts';
import { optionalText, textList } from '../../core/stored-options.ts';

/** Most names one certificate takes at Let's Encrypt and others. */
const maximumHosts = 100;

/** Source `manual`: the hosts are given on the command line. */
export const manualSource: PluginDescriptor<SourcePlugin> = {
  name: 'manual',
  description: 'the hosts given by --host',
  options: [
    {
      name: 'host',
      type: 'list',
      group: 'source',
      valueName: 'HOSTS',
      description:
        'Host names or IP addresses for the certificate, separated by commas; *.example.com and international names are allowed',
    },
    {
      name: 'commonname',
      type: 'text',
      group: 'source',
      valueName: 'HOST',
      description: 'Which of the hosts is the common name (default: the first one)',
    },
  ],
  fromArguments(values) {
    const hosts = values.list('host');
    const commonName = values.text('commonname');
    const target = toTarget(hosts, commonName);
    return {
      plugin: 'manual',
      commonName: target.commonName.value,
      hosts: target.identifiers.map(({ value }) => value),
    };
  },
  create(options) {
    const hosts = textList(options, 'hosts');
    const commonName = optionalText(options, 'commonName');
    return { readTarget: async () => toTarget(hosts, commonName) };
  },
};

function toTarget(hosts: readonly string[], commonNameText: string | undefined): Target {
  const named = hosts.map(parseIdentifier);
  const commonName = commonNameText === undefined ? named[0] : parseIdentifier(commonNameText);
  if (commonName === undefined) {
    throw new WacsError('UsageError', 'source manual needs at least one host', {
      hint: 'Give --host www.example.com,example.com',
    });
  }
  const identifiers = unique([commonName, ...named]);
  if (identifiers.length > maximumHosts) {
    throw new WacsError(
      'SourceError',
      `source manual has ${identifiers.length} hosts; a certificate takes at most ${maximumHosts}`,
      {
        hint: 'Split the hosts over several renewals, each with its own --id.',
      },
    );
  }
  return { commonName, identifiers, friendlyName: `[Manual] ${displayName(commonName)}` };
}

function unique(identifiers: readonly Identifier[]): readonly Identifier[] {
  return [...new Map(identifiers.map((identifier) => [`${identifier.type}:${identifier.value}`, identifier])).values()];
}
