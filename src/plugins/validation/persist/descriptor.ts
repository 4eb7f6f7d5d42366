import { WacsError } from '../../../core/errors.ts';
import type { OptionValues, PluginServices, ValidationDescriptor, ValidationPlugin } from '../../../core/plugin.ts';
import type { PluginOptions } from '../../../core/renewal.ts';
import { optionalText } from '../../../core/stored-options.ts';

/** Validation `persist`: dns-persist-01 by a TXT record that was published once and stays. */
export const persistValidation: ValidationDescriptor = {
  name: 'persist',
  challengeTypes: ['dns-persist-01'],
  description: 'dns-persist-01 by a TXT record that you publish once; wacs says which, and needs no access to the DNS',
  options: [
    {
      name: 'persistuntil',
      type: 'text',
      group: 'validation',
      valueName: 'DATE',
      description: 'Day on which the record to publish ends, such as 2030-01-31, UTC (default: it never ends)',
    },
  ],
  fromArguments,
  create: (options, services) => lazyPlugin(readUntil(options), services),
};

function fromArguments(values: OptionValues): PluginOptions {
  const text = values.text('persistuntil');
  if (text === undefined) return { plugin: 'persist' };
  const until = readMoment(text);
  if (until !== undefined) return { plugin: 'persist', persistUntil: until.toISOString() };
  throw new WacsError('UsageError', `--persistuntil "${text}" is not a date`, {
    hint: 'Give the day as year-month-day, such as 2030-01-31, or with a time as in 2030-01-31T12:00:00Z.',
  });
}

function readUntil(options: PluginOptions): Date | undefined {
  const text = optionalText(options, 'persistUntil');
  const until = text === undefined ? undefined : readMoment(text);
  if (text === undefined || until !== undefined) return until;
  throw new WacsError(
    'ConfigurationError',
    `options of plugin "${options.plugin}": field "persistUntil" is "${text}", expected a date such as 2030-01-31`,
  );
}

/** A date, or a moment in UTC; undefined for anything else, days that months do not have included. */
function readMoment(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{3})?Z)?$/.test(text)) return undefined;
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return undefined;
  return moment.toISOString().startsWith(text.slice(0, 'yyyy-mm-dd'.length)) ? moment : undefined;
}

function lazyPlugin(until: Date | undefined, services: PluginServices): ValidationPlugin {
  return {
    challengeType: 'dns-persist-01',
    refusal: ({ type }) => (type === 'ip' ? 'addresses can only be validated by http-01 and tls-alpn-01' : undefined),
    prepare: async (task) => (await import('./require-record.ts')).requireRecord(task, until, services),
    // The record is not ours, and is to stay.
    cleanUp: async () => undefined,
  };
}
