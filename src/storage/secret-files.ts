import type { JsonPath } from '../core/plan-secrets.ts';
import { valueAt } from '../core/plan-secrets.ts';

/** Where the secrets of a state file are. */
export interface SecretPlaces {
  /** Only of texts that are there. */
  readonly places: readonly JsonPath[];
  /** Why there may be more of them, a sentence each. */
  readonly doubts: readonly string[];
}

/** A kind of state file that holds secrets. */
export interface SecretFileKind {
  /** The file's name without its folder. */
  readonly name: RegExp;
  placesIn(content: unknown): SecretPlaces;
}

/** Every kind; a file that holds secrets and is of none of them fails the tests. */
export function secretFileKinds(placesInRenewal: SecretFileKind['placesIn']): readonly SecretFileKind[] {
  return [
    { name: /\.renewal\.json$/, placesIn: placesInRenewal },
    fields(/\.certificate\.json$/, [['privateKey']]),
    fields(/\.order\.json$/, [['privateKey']]),
    fields(/(?:^|\.)account\.json$/, [['key']]),
  ];
}

/** The vault, whose file may have any name. */
export const vaultFile: Pick<SecretFileKind, 'placesIn'> = {
  placesIn(content) {
    const above: JsonPath = Array.isArray(content) ? [] : ['Entries'];
    const entries = valueAt(content, above);
    const paths = Array.isArray(entries) ? entries.map((_, index) => [...above, index, 'Secret']) : [];
    return { places: paths.filter((path) => typeof valueAt(content, path) === 'string'), doubts: [] };
  },
};

function fields(name: RegExp, paths: readonly JsonPath[]): SecretFileKind {
  return {
    name,
    placesIn: (content) => ({
      places: paths.filter((path) => typeof valueAt(content, path) === 'string'),
      doubts: [],
    }),
  };
}
