import { nearestName } from '../../core/nearest-name.ts';
import { allSettings } from './catalogue.ts';
import { unusedSettings } from './win-acme.ts';

/** A name nobody knows, and the one it most likely stands for. */
export interface Suggestion {
  /** Names up to the first unknown one. */
  readonly unknown: readonly string[];
  /** In full, such as `Acme.RequestTimeout`. */
  readonly meant: string | undefined;
}

/** What an unknown place may stand for: the same name in another section, or a like one in its own. */
export function suggestion(place: readonly string[]): Suggestion {
  const keys = allSettings().map(({ path }) => path);
  const others = [...unusedSettings.values()].map(({ name }) => name.split('.'));
  const known = place.findIndex((_, index) => ![...keys, ...others].some((path) => begins(path, place, index + 1)));
  const length = known < 0 ? place.length - 1 : known;
  const siblings = new Map(keys.filter((path) => begins(path, place, length)).map((path) => nextOf(path, length)));
  const like = nearestName(place[length] ?? '', [...siblings.keys()]);
  return { unknown: place.slice(0, length + 1), meant: sameElsewhere(place, keys) ?? siblings.get(like ?? '') };
}

function begins(path: readonly string[], place: readonly string[], length: number): boolean {
  return place.slice(0, length).every((name, index) => name.toLowerCase() === path[index]?.toLowerCase());
}

function nextOf(path: readonly string[], length: number): [name: string, full: string] {
  return [path[length]?.toLowerCase() ?? '', path.slice(0, length + 1).join('.')];
}

function sameElsewhere(place: readonly string[], keys: readonly (readonly string[])[]): string | undefined {
  const name = place.at(-1)?.toLowerCase().split('.').at(-1);
  return keys.find((path) => path.at(-1)?.toLowerCase() === name)?.join('.');
}
