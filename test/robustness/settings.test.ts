import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import { allSettings } from '../../src/storage/settings/catalogue.ts';
import { parseSettingsFile } from '../../src/storage/settings/layer.ts';
import { mergeSettings } from '../../src/storage/settings.ts';
import { inCase, pick, seededRandom, seedOr } from '../support/random.ts';
import { mutateText } from './mutations.ts';

const mutations = 3_000;
const seed = seedOr(20_261_124);
const longestMs = 1_000;
const path = '/state/settings.json';
/** Stands in the file as a password; no message may show it. */
const secret = 'S3CRETword';

const commented = `// settings of this server
{
  "$schema": "./settings.schema.json", /* for editors */
  "Acme": { "DefaultBaseUri": "https://ca.test/", "RequestFirstDelay": 0.5, "PreferredIssuer": null },
  "Proxy": {
    "Url": "http://proxy.example.com:8080", // not // a comment
    "UserName": "EXAMPLE\\\\wacs",
    "Password": "${secret}",
  },
  "Csr": { "Rsa": { "KeyBits": 4096 } },
  "Validation": { "DnsServers": [ "192.0.2.1", "[System]", ] },
  "UI": { "PageSize": 50 },
  "Security": { "ECCurve": "secp256r1", "EncryptConfig": true },
  "ScheduledTask": { "StartBoundary": "09:00:00", "RenewalDays": 55, },
}
`;

const names = allSettings().flatMap(({ path: names }) => names) as [string, ...string[]];

// biome-ignore format: a list of oddities reads better dense
const pieces: readonly [string, ...string[]] = [
  '//', '/*', '*/', '/* x */', '// x\n', ',', ',,', ':', '{', '}', '[', ']', '"', '\\', '\\u', '\\ud800', '#', "'", 'null', 'true', '1e999', '-', '0x1',
  '\u2028', '\u00a0', '\ufeff', '"__proto__": {"x": 1},', '"constructor": 1,', '"Acme": 5,', '"acme": {},', '"Script": {"Timeout": "600"},',
];

/** Changes that know the format. */
const changes = [
  function insertedPiece(text: string, random: () => number) {
    const at = Math.floor(random() * text.length);
    return text.slice(0, at) + pick(random, pieces) + text.slice(at);
  },
  function renamed(text: string, random: () => number) {
    return text.replace(`"${pick(random, names)}"`, `"${pick(random, names)}"`);
  },
  function misspelt(text: string, random: () => number) {
    const name = pick(random, names);
    const at = Math.floor(random() * name.length);
    return text.replace(`"${name}"`, `"${name.slice(0, at)}${name.slice(at + 1)}"`);
  },
  function unquoted(text: string, random: () => number) {
    const quotes = [...text.matchAll(/"/g)].map(({ index }) => index);
    const at = quotes[Math.floor(random() * quotes.length)] ?? 0;
    return text.slice(0, at) + text.slice(at + 1);
  },
  function otherValue(text: string, random: () => number) {
    const values = [...text.matchAll(/: ("[^"]*"|[\d.]+|true|null)/g)];
    const match = values[Math.floor(random() * values.length)];
    const value = pick(random, ['null', '{}', '[]', '""', '0', '-1', '1e308', '"x"', '["x"]', 'false', '"\\u0000"']);
    return match === undefined
      ? text
      : `${text.slice(0, match.index)}: ${value}${text.slice(match.index + match[0].length)}`;
  },
];

describe(`${mutations} mutations of settings with comments`, () => {
  it('are read or refused with 20, each problem with its line, and no message shows a value', async (t) => {
    const random = seededRandom(seed);
    const outcomes = { read: 0, refused: 0, warned: 0 };
    for (let number = 0; number < mutations; number += 1) {
      const { name, bytes } = mutateText(commented, random, [...changes, ...changes, ...changes]);
      const text = Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\ufeff/, '');
      const outcome = await inCase(`${number} (${name}): ${text}`, seed, () => outcomeOf(text));
      outcomes[outcome] += 1;
      assert.equal(({} as Record<string, unknown>).x, undefined, 'Object.prototype was changed');
    }
    for (const [outcome, count] of Object.entries(outcomes)) assert.ok(count > mutations / 50, `${outcome}: ${count}`);
    t.diagnostic(`seed ${seed}: ${JSON.stringify(outcomes)}`);
  });

  it('that change nothing but comments, blanks, commas and letter case are read as the same settings', async () => {
    const random = seededRandom(seed + 1);
    const { values } = await parseSettingsFile(path, commented, 'all');
    for (let number = 0; number < mutations / 10; number += 1) {
      const text = respelt(random);
      const layer = await inCase(`${number}: ${text}`, seed, () => parseSettingsFile(path, text, 'all'));
      assert.deepEqual(layer.values, values, text);
      assert.deepEqual(
        layer.notes.filter(({ level }) => level === 'warning'),
        [],
        text,
      );
    }
  });
});

async function outcomeOf(text: string): Promise<'read' | 'refused' | 'warned'> {
  const lines = text.split(/\r\n|\r|\n/).length;
  const startedAt = performance.now();
  try {
    const layer = await parseSettingsFile(path, text, 'all');
    mergeSettings([layer]);
    const warnings = layer.notes.filter(({ level }) => level === 'warning').map(({ message }) => message);
    for (const warning of warnings) assertTold(warning, lines);
    return warnings.length === 0 ? 'read' : 'warned';
  } catch (error) {
    assert.ok(error instanceof WacsError && error.code === 'ConfigurationError', String(error));
    assert.ok(error.message.startsWith(`cannot use ${path}: `), error.message);
    const problems = error.details.failures ?? [error];
    for (const { message } of problems) if (!/the file is empty|nested more/.test(message)) assertTold(message, lines);
    return 'refused';
  } finally {
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < longestMs, `${tookMs} ms`);
  }
}

/** A line that is there, and nothing of what stands in it. */
function assertTold(message: string, lines: number): void {
  const line = Number(/\bline (\d+)\b/.exec(message)?.[1]);
  assert.ok(line >= 1 && line <= lines, message);
  assert.ok(!message.includes(secret), message);
}

/** The same settings, token by token with other things between. */
function respelt(random: () => number): string {
  const between = (): string => (random() < 0.3 ? pick(random, [' ', '\r\n', '\t', '/* " } */', '// { x "\n']) : '');
  const tokens =
    commented.replace(/\/\*.*?\*\/|(?<![:/"])\/\/(?! a).*$/gm, '').match(/"(?:[^"\\]|\\.)*"|[^\s"]/g) ?? [];
  const joined: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const isWord = /^[\w.+-]$/.test(token);
    const isName = tokens[index + 1] === ':';
    if (!isWord || !/^[\w.+-]$/.test(tokens[index - 1] ?? '')) joined.push(between());
    const comma = /^[}\]]$/.test(token) && !/^[,{[]$/.test(tokens[index - 1] ?? '') && random() < 0.5 ? ',' : '';
    joined.push(comma, isName && random() < 0.5 ? pick(random, [token.toLowerCase(), token.toUpperCase()]) : token);
  }
  return joined.join('');
}
