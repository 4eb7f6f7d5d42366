import { WacsError } from './errors.ts';
import type { Renewal } from './renewal.ts';

/** Which renewals a command is about; patterns with `*` and `?`, several separated by commas. */
export interface Selection {
  readonly id?: string;
  readonly friendlyName?: string;
}

/** The renewals that match both patterns; all without a pattern. @throws WacsError NotFound when a pattern matches none. */
export function selectRenewals(renewals: readonly Renewal[], selection: Selection): readonly Renewal[] {
  const matchesId = matcher(selection.id);
  const matchesName = matcher(selection.friendlyName);
  const selected = renewals.filter(({ id, friendlyName }) => matchesId(id) && matchesName(friendlyName));
  if (selected.length > 0 || !hasPattern(selection)) return selected;
  throw new WacsError('NotFound', `no renewal matches ${describe(selection)}`, {
    hint: 'wacs --list shows the ids and friendly names.',
  });
}

/** True when the selection names anything. */
export function hasPattern({ id, friendlyName }: Selection): boolean {
  return id !== undefined || friendlyName !== undefined;
}

/** A test for a comma list of patterns, without regard to case; everything matches an absent list. */
function matcher(list: string | undefined): (text: string) => boolean {
  if (list === undefined) return () => true;
  const whole = list.toLowerCase();
  const patterns = whole.split(',').map((part) => part.trim());
  return (text) => {
    const name = text.toLowerCase();
    return name === whole || patterns.some((pattern) => matches(pattern, name));
  };
}

/** A regular expression could take hours for a pattern of many stars; going back to the last star only is enough. */
function matches(pattern: string, text: string): boolean {
  let [at, position, afterStar, resume] = [0, 0, 0, 0];
  while (position < text.length) {
    if (pattern[at] === '*') {
      at += 1;
      [afterStar, resume] = [at, position];
    } else if (pattern[at] === '?' || pattern[at] === text[position]) {
      at += 1;
      position += 1;
    } else if (afterStar > 0) {
      resume += 1;
      [at, position] = [afterStar, resume];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

function describe({ id, friendlyName }: Selection): string {
  const parts = [
    id === undefined ? [] : [`--id ${id}`],
    friendlyName === undefined ? [] : [`--friendlyname ${friendlyName}`],
  ];
  return parts.flat().join(' and ');
}
