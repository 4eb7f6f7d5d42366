import { WacsError } from '../../core/errors.ts';
import type { ChallengeType, OptionValues } from '../../core/plugin.ts';
import type { PluginOptions } from '../../core/renewal.ts';
import { optionalText } from '../../core/stored-options.ts';

/** Stored form of `--validationmode`; absent without one. `--validationmode` itself is checked before. */
export function challengeTypeField(values: OptionValues): { challengeType?: string } {
  const challengeType = values.text('validationmode');
  return challengeType === undefined ? {} : { challengeType };
}

/** The challenge type of stored options: the first that the plugin has, unless another one is stored. */
export function storedChallengeType<Type extends ChallengeType>(
  options: PluginOptions,
  types: readonly [Type, ...Type[]],
): Type {
  const stored = optionalText(options, 'challengeType') ?? types[0];
  const known = types.find((type) => type === stored);
  if (known !== undefined) return known;
  throw new WacsError(
    'ConfigurationError',
    `options of plugin "${options.plugin}": field "challengeType" is "${stored}", expected ${types.join(' or ')}`,
  );
}
