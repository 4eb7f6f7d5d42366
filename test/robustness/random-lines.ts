import type { OptionTable } from '../../src/cli/options.ts';
import { pick } from '../support/random.ts';

// biome-ignore format: a list of oddities reads better dense
const odd: readonly [string, ...string[]] = [
  '', '-', '--', '---', '--=', '-=', '/', '//', '/?', '--no-force', '-abc', '--a.b', '--__proto__', '--constructor=1',
  'word', 'a,b', ',', '1', '-1', '1e400', 'true', 'false', '\u2014', '\u2013renew', '\0', '\ud800', '--\ud800', '-\n',
  'C:\\x', '/var/www', 'https://ca.example/', 'manual', 'filesystem', 'pfxfile', 'script', 'none', 'x'.repeat(3000),
  '*.a.test', '::1', '[::1]', 'xn--', 'm\u00fcller.test', 'a..b', 'a.test,a.test', '%PATH%', '{RenewalId}',
];

/** A command line of known and unknown options with good and odd values. */
export function randomLine(random: () => number, table: OptionTable): string[] {
  const start = random() < 0.5 ? [] : ['--source', 'manual', '--host', 'a'];
  const length = Math.floor(random() * 5);
  return [...start, ...Array.from({ length }, () => randomWords(random, table)).flat()];
}

function randomWords(random: () => number, table: OptionTable): string[] {
  if (random() < 0.3) return [pick(random, odd)];
  const [first, ...rest] = table.entries.map(({ option }) => option);
  if (first === undefined) return [];
  const option = pick(random, [first, ...rest]);
  const name = `${pick(random, ['--', '-', '/', '\u2013'])}${random() < 0.1 ? option.name.slice(1) : option.name}`;
  if (option.type === 'flag' && random() < 0.9) return [name];
  const value = random() < 0.5 ? (option.default ?? option.values?.[0] ?? '7') : pick(random, odd);
  return random() < 0.5 ? [name, value] : [`${name}${pick(random, ['=', ':'])}${value}`];
}
