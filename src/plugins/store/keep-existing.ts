import type { OptionDefinition } from '../../core/option.ts';

/** `--keepexisting` of every store that would otherwise drop what was replaced. */
export const keepExistingOption: OptionDefinition = {
  name: 'keepexisting',
  type: 'flag',
  group: 'store',
  description: 'Leave the replaced certificate where it is',
};
