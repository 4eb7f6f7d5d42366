import { isAbsolute } from 'node:path';
import { WacsError } from '../../../core/errors.ts';
import type { OptionDefinition } from '../../../core/option.ts';
import type { OptionValues } from '../../../core/plugin.ts';
import type { PluginOptions } from '../../../core/renewal.ts';
import { integerField, optionalText, requiredText } from '../../../core/stored-options.ts';
import { splitParameters } from '../../script-parameters.ts';
import { challengeTypeField, storedChallengeType } from '../challenge-type.ts';

/** Challenge types of the plugin; win-acme's scripts are for DNS unless they say otherwise. */
export const scriptChallengeTypes = ['dns-01', 'http-01'] as const;

type ScriptChallengeType = (typeof scriptChallengeTypes)[number];

/** Arguments that are given unless the administrator has written others, as win-acme gives them. */
const defaultArguments: Readonly<Record<ScriptChallengeType, { readonly prepare: string; readonly cleanup: string }>> =
  {
    'dns-01': {
      prepare: 'create {Identifier} {RecordName} {Token}',
      cleanup: 'delete {Identifier} {RecordName} {Token}',
    },
    'http-01': { prepare: 'prepare {Identifier} {Path} {Token}', cleanup: 'cleanup {Identifier} {Path} {Token}' },
  };

const placeholders =
  '{Identifier}, {RecordName}, {ZoneName}, {NodeName} and {Token} are filled in, for http-01 {Identifier}, {Path}, {FileName} and {Token}';

/** The arguments, in the words of simple-acme; those of win-acme work too. */
export const scriptOptions: readonly OptionDefinition[] = [
  {
    ...file(
      'validationscript',
      'Absolute path of a program or a .cmd, .bat or .ps1 script that prepares and cleans up',
    ),
    aliases: ['dnsscript'],
    excludes: ['validationpreparescript', 'validationcleanupscript'],
  },
  {
    ...file('validationpreparescript', 'The same for preparing alone'),
    aliases: ['dnscreatescript'],
  },
  {
    ...text(
      'validationpreparescriptarguments',
      `Arguments for preparing (default: ${defaultsOf('prepare')}); ${placeholders}`,
    ),
    aliases: ['dnscreatescriptarguments'],
    needs: ['validationscript', 'validationpreparescript'],
  },
  {
    ...file('validationcleanupscript', 'The same for cleaning up; without it, what was prepared stays'),
    aliases: ['dnsdeletescript'],
  },
  {
    ...text(
      'validationcleanupscriptarguments',
      `Arguments for cleaning up (default: ${defaultsOf('cleanup')}); with the same placeholders`,
    ),
    aliases: ['dnsdeletescriptarguments'],
    needs: ['validationscript', 'validationcleanupscript'],
  },
  {
    name: 'validationscriptparallelism',
    type: 'integer',
    group: 'validation',
    range: [0, 3],
    valueName: 'MODE',
    default: '0',
    description:
      '0: one challenge after the other; 1: scripts run side by side; 2: challenges are validated side by side; 3: both',
    aliases: ['dnsscriptparallelism'],
  },
];

/** One step of a challenge: a script and the template of its arguments. */
export interface ScriptStep {
  readonly script: string;
  readonly template: string;
  /** The option that named the script. */
  readonly option: string;
}

/** What the administrator has chosen. */
export interface ScriptChoice {
  readonly challengeType: ScriptChallengeType;
  readonly prepare: ScriptStep;
  /** Absent where nothing is cleaned up. */
  readonly cleanup?: ScriptStep;
  /** Whether scripts may run at the same time. */
  readonly scriptsSideBySide: boolean;
  /** Whether several challenges may be in place at the same time. */
  readonly challengesSideBySide: boolean;
}

/** Stored form of the arguments. @throws WacsError UsageError. */
export function storedScripts(values: OptionValues): PluginOptions {
  const { script, prepareScript, cleanupScript } = {
    script: pathOf(values, 'validationscript'),
    prepareScript: pathOf(values, 'validationpreparescript'),
    cleanupScript: pathOf(values, 'validationcleanupscript'),
  };
  if (script === undefined && prepareScript === undefined) {
    throw new WacsError(
      'UsageError',
      '--validation script needs --validationscript or --validationpreparescript (--dnsscript, --dnscreatescript)',
      {
        hint: 'Give --validationscript FILE for a script that prepares and cleans up.',
      },
    );
  }
  return {
    plugin: 'script',
    ...challengeTypeField(values),
    ...(script === undefined ? {} : { script }),
    ...(prepareScript === undefined ? {} : { prepareScript }),
    ...(cleanupScript === undefined ? {} : { cleanupScript }),
    ...argumentsField(values, 'prepare'),
    ...argumentsField(values, 'cleanup'),
    parallelism: values.integer('validationscriptparallelism') ?? 0,
  };
}

/** Reads the stored form. @throws WacsError ConfigurationError. */
export function readScripts(options: PluginOptions): ScriptChoice {
  const challengeType = storedChallengeType(options, scriptChallengeTypes);
  const script = optionalText(options, 'script');
  const prepareScript = optionalText(options, 'prepareScript');
  const cleanupScript = optionalText(options, 'cleanupScript');
  const templates = {
    prepare: optionalText(options, 'prepareArguments') ?? defaultArguments[challengeType].prepare,
    cleanup: optionalText(options, 'cleanupArguments') ?? defaultArguments[challengeType].cleanup,
  };
  const parallelism = integerField(options, 'parallelism', { min: 0, max: 3, fallback: 0 });
  const prepare = script ?? prepareScript ?? requiredText(options, 'script');
  const cleanup = script ?? cleanupScript;
  const optionFor = (step: string): string =>
    script === undefined ? `--validation${step}script` : '--validationscript';
  return {
    challengeType,
    prepare: { script: prepare, template: templates.prepare, option: optionFor('prepare') },
    ...(cleanup === undefined
      ? {}
      : { cleanup: { script: cleanup, template: templates.cleanup, option: optionFor('cleanup') } }),
    scriptsSideBySide: (parallelism & 1) !== 0,
    challengesSideBySide: (parallelism & 2) !== 0,
  };
}

function pathOf(values: OptionValues, name: string): string | undefined {
  const path = values.text(name);
  if (path === undefined || isAbsolute(path)) return path;
  throw new WacsError('UsageError', `--${name} "${path}" is not an absolute path`, {
    hint: 'The scheduled task runs in another folder: give the full path.',
  });
}

function argumentsField(values: OptionValues, step: 'prepare' | 'cleanup'): Readonly<Record<string, string>> {
  const option = `validation${step}scriptarguments`;
  const template = values.text(option);
  if (template === undefined) return {};
  splitParameters(template, `--${option}`);
  return { [`${step}Arguments`]: template };
}

function defaultsOf(step: 'prepare' | 'cleanup'): string {
  return `"${defaultArguments['dns-01'][step]}", for http-01 "${defaultArguments['http-01'][step]}"`;
}

function file(name: string, description: string): OptionDefinition {
  return { name, type: 'text', group: 'validation', valueName: 'FILE', description };
}

function text(name: string, description: string): OptionDefinition {
  return { name, type: 'text', group: 'validation', valueName: 'TEXT', description };
}
