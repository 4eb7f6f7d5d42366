import type { Identifier } from '../../core/identifier.ts';
import type { OrderPart, Target } from '../../core/plugin.ts';

/** Splits a target: names with the same word for them share a certificate, which is called by that word. */
export function splitBy(target: Target, wordFor: (identifier: Identifier) => string): readonly OrderPart[] {
  return [...Map.groupBy(target.identifiers, wordFor)].flatMap(([name, identifiers]) => {
    const [first] = identifiers;
    if (first === undefined) return [];
    const { type, value } = target.commonName;
    const chosen = identifiers.find((identifier) => identifier.type === type && identifier.value === value);
    return [{ name, target: { ...target, identifiers, commonName: chosen ?? first } }];
  });
}
