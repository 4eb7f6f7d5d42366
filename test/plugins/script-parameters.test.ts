import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fillPlaceholders,
  type PlaceholderValues,
  splitParameters,
  usesCachedPfx,
} from '../../src/plugins/installation/script-parameters.ts';
import { seededRandom } from '../support/random.ts';
import { failureOf } from '../support/wacs-error.ts';

const values: PlaceholderValues = {
  CertCommonName: 'a.test',
  CachePassword: 'pass "word" {CertThumbprint} $& $1',
  CacheFile: 'C:\\cache folder\\x.pfx',
  StorePath: 'C:\\store',
  CertFriendlyName: '[Manual] a b',
  CertThumbprint: 'AA11',
  CacheFolder: 'C:\\cache folder',
  RenewalId: 'first',
  StoreType: 'pemfiles',
  OldCertCommonName: 'old.test',
  OldCertFriendlyName: 'Old',
  OldCertThumbprint: '',
};

const split: [string, string[]][] = [
  ['', []],
  ['  ', []],
  ['a b\tc\n d', ['a', 'b', 'c', 'd']],
  ['"a b" c', ['a b', 'c']],
  ["'a b' c", ['a b', 'c']],
  ['-Name:"a b"c', ['-Name:a bc']],
  [`"it's" 'say "x"'`, ["it's", 'say "x"']],
  ['"" a', ['', 'a']],
  ['"C:\\path\\" next', ['C:\\path\\', 'next']],
];

for (const [text, parts] of split) {
  test(`splitParameters reads ${JSON.stringify(text)} as ${parts.length} arguments`, () => {
    assert.deepEqual(splitParameters(text), parts);
  });
}

for (const text of ['"a b', "a 'b", 'a" "b c"', 'a"']) {
  test(`a quote that is not closed is refused: ${text}`, async () => {
    const failure = await failureOf(() => splitParameters(text), 'UsageError');
    assert.match(failure.message, /--scriptparameters/);
  });
}

test('placeholders are filled by name, and by the numbers of win-acme', () => {
  const names = '{CertCommonName} {StorePath} {StoreType} {RenewalId} {OldCertCommonName} {CertThumbprint}';
  assert.deepEqual(fillPlaceholders(names, values), ['a.test', 'C:\\store', 'pemfiles', 'first', 'old.test', 'AA11']);
  assert.deepEqual(fillPlaceholders('{0} {1} {2} {3} {4} {5} {6} {7}', values), [
    values.CertCommonName,
    values.CachePassword,
    values.CacheFile,
    values.StorePath,
    values.CertFriendlyName,
    values.CertThumbprint,
    values.CacheFolder,
    values.RenewalId,
  ]);
});

test('a value never becomes two arguments, closes a quote, or is filled in again', () => {
  assert.deepEqual(fillPlaceholders('{CachePassword} "{CacheFile}" x{CertFriendlyName}y', values), [
    values.CachePassword,
    values.CacheFile,
    `x${values.CertFriendlyName}y`,
  ]);
});

test('an empty value is still an argument, and what is no placeholder stays', () => {
  assert.deepEqual(fillPlaceholders('{OldCertThumbprint} {8} {Unknown} {toString} { 0 } {}', values), [
    '',
    '{8}',
    '{Unknown}',
    '{toString}',
    '{',
    '0',
    '}',
    '{}',
  ]);
});

test('a PFX is made only for parameters that name it', () => {
  for (const text of ['{CacheFile}', '{CachePassword}', '"x {CacheFolder}"', '{1}', '{2}', '{6}'])
    assert.equal(usesCachedPfx(text), true, text);
  for (const text of ['', '{0} {3} {4} {5} {7}', '{CertThumbprint}', 'CacheFile', '{cachefiles}'])
    assert.equal(usesCachedPfx(text), false, text);
});

test('whatever the parameters, splitting ends, and gives text without its own quotes or a usage error', () => {
  const random = seededRandom(20260301);
  const alphabet = ['a', ' ', '"', "'", '{0}', '\\', '%', '\n'];
  for (let round = 0; round < 3000; round++) {
    const length = Math.floor(random() * 12);
    const text = Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
    try {
      const parts = splitParameters(text);
      const kept = parts.join('').replace(/["'\s]/g, '');
      assert.equal(kept, text.replace(/["'\s]/g, ''), JSON.stringify(text));
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'UsageError', JSON.stringify(text));
    }
  }
});
