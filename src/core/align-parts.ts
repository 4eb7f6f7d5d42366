import type { Renewal } from './renewal.ts';

/** A renewal whose certificates are those of its plan. */
export interface AlignedRenewal {
  /** The very same object when nothing has changed. */
  readonly renewal: Renewal;
  /** Certificates that are not wanted any more, by part. */
  readonly gone: readonly (string | undefined)[];
}

/**
 * Fits a renewal to the certificates its plan gives now: the state of each one that stays is kept, new ones start empty.
 * @param wanted names of the parts; one without a name when there is only one certificate
 */
export function alignParts(renewal: Renewal, wanted: readonly (string | undefined)[]): AlignedRenewal {
  const names = wanted.filter((name) => name !== undefined);
  const { parts, ...single } = renewal;
  if (names.length === 0)
    return parts === undefined ? { renewal, gone: [] } : { renewal: single, gone: namesOf(renewal) };
  const wasSingle = Object.keys(renewal.state).length > 0;
  const gone = [...(wasSingle ? [undefined] : []), ...namesOf(renewal).filter((name) => !names.includes(name))];
  if (gone.length === 0 && namesOf(renewal).join() === names.join()) return { renewal, gone };
  const known = new Map(parts?.map((part) => [part.name, part]));
  return {
    renewal: {
      ...renewal,
      state: {},
      parts: names.map((name) => known.get(name) ?? { name, state: {} }),
      history: renewal.history.filter(({ part }) => part === undefined || names.includes(part)),
    },
    gone,
  };
}

function namesOf({ parts = [] }: Renewal): readonly string[] {
  return parts.map(({ name }) => name);
}
