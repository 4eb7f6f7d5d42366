import { WacsError } from '../../core/errors.ts';
import type { OptionValues, PluginDescriptor } from '../../core/plugin.ts';
import type { PluginOptions, RenewalPlan } from '../../core/renewal.ts';
import type { RunContext } from '../run-context.ts';
import { givenAccount } from './account-request.ts';

/** The plan the command line describes. @throws WacsError UsageError, SourceError. */
export function readPlan(run: RunContext): RenewalPlan {
  const context = { ...run, values: withDefaultChoices(run) };
  const { registry, values } = context;
  const read = <Plugin>(
    descriptors: readonly PluginDescriptor<Plugin>[],
    option: string,
    name: string,
  ): PluginOptions => fromArguments({ descriptors, option, name }, context);
  requireMode(context);
  const source = read(registry.source, 'source', values.text('source') ?? '');
  const bringsRequest = registry.source.find(({ name }) => name === source.plugin)?.bringsRequest === true;
  if (bringsRequest) requireSingleOrder(source.plugin, context);
  const profile = values.text('profile');
  const preferredIssuer = values.text('preferredissuer');
  const account = givenAccount(values);
  return {
    source,
    validation: read(registry.validation, 'validation', values.text('validation') ?? ''),
    order: read(registry.order, 'order', values.text('order') ?? ''),
    ...(bringsRequest ? {} : { csr: read(registry.csr, 'csr', values.text('csr') ?? '') }),
    store: values.list('store').map((name) => read(registry.store, 'store', name)),
    installation: values.list('installation').map((name) => read(registry.installation, 'installation', name)),
    ...(profile === undefined ? {} : { profile }),
    ...(preferredIssuer === undefined ? {} : { preferredIssuer }),
    ...(account === undefined ? {} : { account }),
  };
}

/** Settings take the place of options that were not given; a default challenge type is meant for the default plugin. */
function withDefaultChoices({ values, given, defaultChoices }: RunContext): OptionValues {
  const choice = (option: string): string | undefined => {
    if (given.includes(option) || (option === 'validationmode' && given.includes('validation'))) return undefined;
    return defaultChoices[option]?.value;
  };
  return {
    ...values,
    text: (name) => choice(name) ?? values.text(name),
    list: (name) => choice(name)?.split(/\s*,\s*/) ?? values.list(name),
  };
}

interface Choice<Plugin> {
  readonly descriptors: readonly PluginDescriptor<Plugin>[];
  readonly option: string;
  readonly name: string;
}

function fromArguments<Plugin>(choice: Choice<Plugin>, context: RunContext): PluginOptions {
  const { values, protectSecret, pluginDefaults, given, defaultChoices } = context;
  const descriptor = choice.descriptors.find(({ name }) => name === choice.name.toLowerCase());
  if (descriptor !== undefined) return descriptor.fromArguments(values, protectSecret, pluginDefaults);
  const known = choice.descriptors.map(({ name }) => name).join(', ');
  const setting = given.includes(choice.option) ? undefined : defaultChoices[choice.option]?.setting;
  if (setting !== undefined) {
    throw new WacsError(
      'ConfigurationError',
      `the setting ${setting} is "${choice.name}", which is no ${choice.option}`,
      {
        hint: `Known are: ${known}.`,
      },
    );
  }
  throw new WacsError('UsageError', `--${choice.option} "${choice.name}" is not known`, {
    hint: `Choose one of: ${known}.`,
  });
}

/** A request is for one certificate. */
function requireSingleOrder(source: string, { values }: RunContext): void {
  const order = values.text('order');
  if (order === 'single') return;
  throw new WacsError('UsageError', `--source ${source} and --order ${order} cannot be combined`, {
    hint: 'A certificate request is for one certificate; leave --order out.',
  });
}

/** win-acme's scripts name the mode; silence about one that the plugin does not have would be wrong. */
function requireMode({ values, registry }: RunContext): void {
  const mode = values.text('validationmode');
  const name = values.text('validation')?.toLowerCase();
  const known = registry.validation.find((descriptor) => descriptor.name === name);
  if (mode === undefined || known === undefined || known.challengeTypes.some((type) => type === mode)) return;
  const others = registry.validation.filter(({ challengeTypes }) => challengeTypes.some((type) => type === mode));
  throw new WacsError('UsageError', `--validationmode ${mode} and --validation ${name} cannot be combined`, {
    hint: `${name} validates by ${known.challengeTypes.join(', ')}; ${mode} is done by: ${others.map((other) => other.name).join(', ') || 'no plugin'}.`,
  });
}
