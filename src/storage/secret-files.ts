import { type JsonPath, valueAt } from '../core/plan-secrets.ts';

/** Where the secrets of a state file are. */
export interface SecretPlaces {
  /** Only of texts that are there. */
  readonly places: readonly JsonPath[];
  /** Why there may be more of them, a sentence each. */
  readonly doubts: readonly string[];
}

/** Finds the secrets in the content of a file, which need not be right in anything else. */
export type FindSecrets = (content: unknown) => SecretPlaces;

/** What is done with a file: its secrets are found by their places, or it is only looked whether it has any. */
export type SecretFile =
  | { readonly kind: 'places'; readonly find: FindSecrets }
  | { readonly kind: 'foreign'; readonly doubt: string };

/** What is done with each file below the state folder, by its path from there; undefined where there is nothing to do. */
export function secretFiles(inRenewal: FindSecrets): (path: string) => SecretFile | undefined {
  const places = (find: FindSecrets): SecretFile => ({ kind: 'places', find });
  const key = places(fields(['privateKey']));
  const kinds: readonly (readonly [path: RegExp, file: SecretFile])[] = [
    [/^[^/]+\/[^/]+\.renewal\.json$/, places(inRenewal)],
    [/^[^/]+\/certificates\/[^/]+\.certificate\.json$/, key],
    [/^[^/]+\/orders\/[^/]+\.order\.json$/, key],
    [/^[^/]+\/(?:account|accounts\/(?:old\/)?[^/]+)\.json$/, places(fields(['key'], ['pendingKey', 'key']))],
    [/^acme-dns\/[^/]+\/[^/]+\.json$/, places(fields(['password']))],
    // Written by hand, with comments: a program does not write there.
    [/^(?:[^/]+\/)?settings\.json$/, { kind: 'foreign', doubt: 'wacs does not write to settings' }],
    [/\.json$/, { kind: 'foreign', doubt: 'it is no file of this version of wacs' }],
  ];
  return (path) => kinds.find(([pattern]) => pattern.test(path))?.[1];
}

/** True for a text with an encrypted secret in it; a blob of DPAPI has more than a hundred bytes. */
export function hasEncrypted(json: string): boolean {
  return /"enc-[A-Za-z0-9+/]{100,}=*"/.test(json);
}

/** The vault, whose file may have any name. */
export function inVault(content: unknown): SecretPlaces {
  const above: JsonPath = Array.isArray(content) ? [] : ['Entries'];
  const entries = valueAt(content, above);
  const paths = Array.isArray(entries) ? entries.map((_, index) => [...above, index, 'Secret']) : [];
  return { places: paths.filter((path) => typeof valueAt(content, path) === 'string'), doubts: [] };
}

function fields(...paths: JsonPath[]): FindSecrets {
  return (content) => ({ places: paths.filter((path) => typeof valueAt(content, path) === 'string'), doubts: [] });
}
