import { WacsError } from '../../core/errors.ts';
import type { PluginDescriptor } from '../../core/plugin.ts';
import type { PluginOptions, RenewalPlan } from '../../core/renewal.ts';
import type { RunContext } from '../run-context.ts';

/** The plan the command line describes. @throws WacsError UsageError, SourceError. */
export function readPlan(context: RunContext): RenewalPlan {
  const { registry, values } = context;
  const read = <Plugin>(
    descriptors: readonly PluginDescriptor<Plugin>[],
    option: string,
    name: string,
  ): PluginOptions => fromArguments({ descriptors, option, name }, context);
  refuseOtherMode(context);
  const profile = values.text('profile');
  const preferredIssuer = values.text('preferredissuer');
  return {
    source: read(registry.source, 'source', values.text('source') ?? ''),
    validation: read(registry.validation, 'validation', values.text('validation') ?? ''),
    order: read(registry.order, 'order', values.text('order') ?? ''),
    csr: read(registry.csr, 'csr', values.text('csr') ?? ''),
    store: values.list('store').map((name) => read(registry.store, 'store', name)),
    installation: values.list('installation').map((name) => read(registry.installation, 'installation', name)),
    ...(profile === undefined ? {} : { profile }),
    ...(preferredIssuer === undefined ? {} : { preferredIssuer }),
  };
}

interface Choice<Plugin> {
  readonly descriptors: readonly PluginDescriptor<Plugin>[];
  readonly option: string;
  readonly name: string;
}

function fromArguments<Plugin>(choice: Choice<Plugin>, { values, protectSecret }: RunContext): PluginOptions {
  const descriptor = choice.descriptors.find(({ name }) => name === choice.name.toLowerCase());
  if (descriptor !== undefined) return descriptor.fromArguments(values, protectSecret);
  const known = choice.descriptors.map(({ name }) => name).join(', ');
  throw new WacsError('UsageError', `--${choice.option} "${choice.name}" is not known`, {
    hint: `Choose one of: ${known}.`,
  });
}

/** win-acme's scripts name the mode; only http-01 exists so far, and silence about another one would be wrong. */
function refuseOtherMode({ values }: RunContext): void {
  const mode = values.text('validationmode') ?? 'http-01';
  if (mode === 'http-01') return;
  throw new WacsError(
    'UsageError',
    `--validationmode ${mode} and --validation ${values.text('validation')} cannot be combined`,
    {
      hint: 'This version validates by http-01 only.',
    },
  );
}
