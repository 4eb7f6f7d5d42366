import { pick } from '../support/random.ts';

/** A change to a text, and its name for the report of a failure. */
export interface Mutation {
  readonly name: string;
  readonly bytes: Uint8Array;
}

type Random = () => number;
type Change = (text: string, random: Random) => string | Uint8Array;
type Holder = Record<string, unknown>;

const depth = 20_000;
const deep = '@deep@';
/** No JSON of JavaScript says them; they are put into the text. */
const spelled: readonly (readonly [placeholder: string, json: string])[] = [
  [`"${deep}"`, `${'['.repeat(depth)}${']'.repeat(depth)}`],
  ['"@huge@"', '1e999'],
  ['"@digits@"', '9'.repeat(400)],
  ['"@proto@"', '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'],
  ['"@surrogate@"', '"\\ud800"'],
];

// biome-ignore format: a list of oddities reads better dense
const odd: readonly [unknown, ...unknown[]] = [
  null, true, false, 0, -1, 1e15, 8.64e15, 0.5, '', ' ', 'x', 'clear-', 'enc-', 'enc-AAAA', '2026-13-45', '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z', '0000-01-01', '../../x', '\u0000', 'x'.repeat(70_000), [], {}, [[]], [null], { plugin: 1 },
  { plugin: '__proto__' }, { plugin: 'constructor' }, { type: 'dns', value: '' }, deep, '@huge@', '@digits@', '@proto@', '@surrogate@',
];

const structural: readonly [Change, ...Change[]] = [
  function wrongValue(text, random) {
    return inside(text, random, (holder, key) => {
      holder[key] = oddValue(random);
    });
  },
  function deletedKey(text, random) {
    return inside(text, random, (holder, key) => {
      delete holder[key];
    });
  },
  function addedKey(text, random) {
    return inside(text, random, (holder) => {
      holder[pick(random, ['later', '@proto-key@', 'constructor', 'toString', 'schemaVersion', ''])] = pick(
        random,
        odd,
      );
    });
  },
  function twoWrongValues(text, random) {
    return inside(
      text,
      random,
      (holder, key) => {
        holder[key] = oddValue(random);
      },
      2,
    );
  },
  function swapped(text, random) {
    return inside(text, random, (holder, key) => {
      const other = pick(random, [key, ...Object.keys(holder)]);
      [holder[key], holder[other]] = [holder[other], holder[key]];
    });
  },
];

/** Changes that know nothing of the format. */
const textual: readonly [Change, ...Change[]] = [
  function bitFlip(text, random) {
    const bytes = Buffer.from(text);
    for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips -= 1) {
      const index = below(bytes.length, random);
      bytes[index] = (bytes[index] ?? 0) ^ (1 << below(8, random));
    }
    return bytes;
  },
  function truncated(text, random) {
    return Buffer.from(text).subarray(0, below(text.length, random));
  },
  function beheaded(text, random) {
    return text.slice(below(text.length, random));
  },
  function withZeros(text, random) {
    return insert(text, random, '\0'.repeat(1 + below(600, random)));
  },
  function zerosInstead(text) {
    return new Uint8Array(text.length);
  },
  function withMark(text, random) {
    return random() < 0.5 ? `\ufeff${text}` : insert(text, random, '\ufeff');
  },
  function withReturns(text) {
    return text.replaceAll('\n', '\r\n');
  },
  function utf16(text, random) {
    return Buffer.from(random() < 0.5 ? text : `\ufeff${text}`, 'utf16le');
  },
  function duplicatedLine(text, random) {
    const lines = text.split('\n');
    const line = below(lines.length, random);
    return [...lines.slice(0, line + 1), ...lines.slice(line)].join('\n');
  },
  function removedLine(text, random) {
    const lines = text.split('\n');
    return lines.toSpliced(below(lines.length, random), 1).join('\n');
  },
  function twice(text) {
    return text + text;
  },
  function noise(text, random) {
    return Uint8Array.from({ length: below(2 * text.length, random) }, () => below(256, random));
  },
  function movedPiece(text, random) {
    const [from, length] = [below(text.length, random), below(60, random)];
    return insert(text, random, text.slice(from, from + length));
  },
];

/** A JSON text that was changed as a faulty disk, an editor or an attacker would change it. */
export function mutateJson(text: string, random: Random): Mutation {
  return mutated(text, random, random() < 0.6 ? structural : textual);
}

/** Any text, changed without regard to its format; `more` are changes that know it. */
export function mutateText(text: string, random: Random, more: readonly Change[] = []): Mutation {
  return mutated(text, random, [...textual, ...more] as unknown as readonly [Change, ...Change[]]);
}

function mutated(text: string, random: Random, changes: readonly [Change, ...Change[]]): Mutation {
  const change = pick(random, changes);
  const result = change(text, random);
  return { name: change.name, bytes: typeof result === 'string' ? Buffer.from(result) : result };
}

/** A copy, because the next change may go inside. */
function oddValue(random: Random): unknown {
  return structuredClone(pick(random, odd));
}

/** Changes places drawn from all places of the document at whatever depth. */
function inside(text: string, random: Random, change: (holder: Holder, key: string) => void, places = 1): string {
  const document: unknown = JSON.parse(text);
  for (let done = 0; done < places; done += 1) {
    const [first, ...rest] = placesIn(document);
    if (first === undefined) break;
    change(...pick(random, [first, ...rest]));
  }
  return spell(JSON.stringify(document, null, 2));
}

function placesIn(value: unknown): [Holder, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => [[holder, key] as [Holder, string], ...placesIn(holder[key])]);
}

function spell(json: string): string {
  const named = json.replaceAll('"@proto-key@"', '"__proto__"');
  return spelled.reduce((text, [placeholder, instead]) => text.replaceAll(placeholder, instead), named);
}

function insert(text: string, random: Random, piece: string): string {
  const at = below(text.length + 1, random);
  return text.slice(0, at) + piece + text.slice(at);
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}
