import { WacsError } from '../../core/errors.ts';
import { displayName, parseIdentifier, uniqueIdentifiers } from '../../core/identifier.ts';
import type { SourceDescriptor, Target } from '../../core/plugin.ts';
import { optionalText, textList } from '../../core/stored-options.ts';

/** Source `manual`: the hosts are given on the command line. */
export const manualSource: SourceDescriptor = {
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
  const identifiers = uniqueIdentifiers([commonName, ...named]);
  return { commonName, identifiers, friendlyName: `[Manual] ${displayName(commonName)}` };
}
