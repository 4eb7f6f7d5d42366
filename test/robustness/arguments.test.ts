import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderHelp } from '../../src/cli/help.ts';
import { parseArguments, redactArguments } from '../../src/cli/parse.ts';
import { WacsError } from '../../src/core/errors.ts';
import { pick, seededRandom } from '../support/random.ts';
import { table } from './support.ts';

const lines = 2000;
const seed = 20_260_711;

// biome-ignore format: a list of oddities reads better dense
const odd: readonly [string, ...string[]] = [
  '', '-', '--', '---', '--=', '-=', '/', '//', '/?', '--no-force', '-abc', '--a.b', '--__proto__', '--constructor=1',
  'word', 'a,b', ',', '1', '-1', '1e400', 'true', 'false', '\u2014', '\u2013renew', '\0', '\ud800', '--\ud800', '-\n',
  'C:\\x', '/var/www', 'https://ca.example/', 'manual', 'filesystem', 'pfxfile', 'script', 'none', 'x'.repeat(3000),
];

it(`${lines} random command lines are accepted or refused as usage errors`, () => {
  const random = seededRandom(seed);
  const outcomes = { accepted: 0, refused: 0 };
  for (let line = 0; line < lines; line += 1) {
    const argv = randomLine(random);
    const slashPrefix = random() < 0.5;
    try {
      const parsed = parseArguments(argv, table, { slashPrefix });
      if (parsed.helpTopic !== undefined) renderHelp(table, parsed.helpTopic);
      outcomes.accepted += 1;
    } catch (error) {
      assert.ok(error instanceof WacsError, `${JSON.stringify(argv)}: ${String(error)}`);
      assert.equal(error.code, 'UsageError', JSON.stringify(argv));
      outcomes.refused += 1;
    }
    assert.doesNotMatch(redactArguments(argv, table, { slashPrefix }), /[\0-\x1f]/);
  }
  assert.ok(outcomes.accepted > lines / 50 && outcomes.refused > lines / 50, JSON.stringify(outcomes));
  assert.deepEqual(Object.keys(Object.prototype), []);
});

function randomLine(random: () => number): string[] {
  const start = random() < 0.5 ? [] : ['--source', 'manual', '--host', 'a'];
  const length = Math.floor(random() * 5);
  return [...start, ...Array.from({ length }, () => randomWords(random)).flat()];
}

function randomWords(random: () => number): string[] {
  if (random() < 0.3) return [pick(random, odd)];
  const [first, ...rest] = table.entries.map(({ option }) => option);
  if (first === undefined) return [];
  const option = pick(random, [first, ...rest]);
  const name = `${pick(random, ['--', '-', '/', '\u2013'])}${random() < 0.1 ? option.name.slice(1) : option.name}`;
  if (option.type === 'flag' && random() < 0.9) return [name];
  const value = random() < 0.5 ? (option.default ?? option.values?.[0] ?? '7') : pick(random, odd);
  return random() < 0.5 ? [name, value] : [`${name}${pick(random, ['=', ':'])}${value}`];
}
