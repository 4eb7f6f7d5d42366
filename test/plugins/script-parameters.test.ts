import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WacsError } from '../../src/core/errors.ts';
import type { InstallationContext } from '../../src/core/plugin.ts';
import { certificatePlaceholders, pfxPlaceholders } from '../../src/plugins/installation/certificate-placeholders.ts';
import { fillPlaceholders, splitParameters, usesPlaceholder } from '../../src/plugins/script-parameters.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { seededRandom } from '../support/random.ts';
import { failureOf } from '../support/wacs-error.ts';

const values: Readonly<Record<string, string>> = {
  Identifier: 'a.test',
  Token: '-abc "word" {Identifier} $& $1',
  Path: 'C:\\cache folder\\x.pfx',
  Empty: '',
};
const lookUp = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);
const vault = { revealSecret: async (reference: string): Promise<string> => `secret of ${reference}` };
const fill = async (template: string): Promise<string[]> =>
  (await fillPlaceholders(template, lookUp, vault)).map(({ text }) => text);

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
    const failure = await failureOf(() => splitParameters(text, '--scriptparameters'), 'UsageError');
    assert.match(failure.message, /--scriptparameters/);
  });
}

test('a value never becomes two arguments, closes a quote, or is filled in again', async () => {
  assert.deepEqual(await fill('{Token} "{Path}" x{Token}y'), [values.Token, values.Path, `x${values.Token}y`]);
});

test('an empty value is still an argument, and what is no placeholder stays', async () => {
  assert.deepEqual(await fill('{Empty} {8} {Unknown} {toString} { 0 } {}'), [
    ...['', '{8}', '{Unknown}', '{toString}'],
    ...['{', '0', '}', '{}'],
  ]);
});

test('only what the administrator wrote with a dash is the name of a parameter', async () => {
  const filled = await fillPlaceholders('{Token} -Token {Token} -Path:{Path} "-x y"', lookUp, vault);
  assert.deepEqual(
    filled.map(({ isName }) => isName),
    [false, true, false, true, true],
  );
});

test('a secret of the vault takes the place of a reference to it, as one argument', async () => {
  assert.deepEqual(await fill('{vault://json/api key} {vault://json/api-key} x{vault://script/a}y'), [
    ...['{vault://json/api', 'key}'],
    ...['secret of vault://json/api-key', 'xsecret of vault://script/ay'],
  ]);
});

test('a secret that is not there is no empty argument', async () => {
  const refuse = async (): Promise<never> => {
    throw new WacsError('ConfigurationError', 'the vault has no such secret');
  };
  await failureOf(fillPlaceholders('{vault://json/a}', lookUp, { revealSecret: refuse }), 'ConfigurationError');
});

const facts: Readonly<Record<string, string>> = {
  CertCommonName: 'www.example.test',
  CachePassword: 'one-time',
  CacheFile: 'C:\\cache folder\\x.pfx',
  StorePath: 'C:\\store',
  CertFriendlyName: '[Manual] a b',
  CacheFolder: 'C:\\cache folder',
  RenewalId: 'first',
  StoreType: 'pemfiles',
  OldCertCommonName: 'old.test',
  OldCertFriendlyName: '',
  OldCertThumbprint: '',
};

test('facts about the certificate are known by name, and by the numbers of win-acme', async () => {
  const certificate = await createTestCertificate({ friendlyName: '[Manual] a b' });
  const context: InstallationContext = {
    renewalId: 'first',
    certificate,
    stores: [{ plugin: 'pemfiles', path: 'C:\\store', items: [] }],
    previous: { commonName: 'old.test', friendlyName: '', thumbprint: '' },
    withCachedPfx: () => Promise.reject(new Error('nobody asks for it')),
  };
  const known = certificatePlaceholders(context, { path: facts.CacheFile ?? '', password: 'one-time' });
  for (const [name, value] of Object.entries(facts)) assert.equal(known(name), value, name);
  const { thumbprint } = certificate.info;
  const byNumber = ['CertCommonName', 'CachePassword', 'CacheFile', 'StorePath', 'CertFriendlyName'];
  assert.deepEqual([...'01234567'].map(known), [
    ...byNumber.map((name) => facts[name]),
    thumbprint,
    facts.CacheFolder,
    'first',
  ]);
  for (const name of ['8', '', 'toString', 'certthumbprint']) assert.equal(known(name), undefined, name);
});

test('a PFX is made only for parameters that name it', () => {
  for (const text of ['{CacheFile}', '{CachePassword}', '"x {CacheFolder}"', '{1}', '{2}', '{6}'])
    assert.equal(usesPlaceholder(text, pfxPlaceholders), true, text);
  for (const text of ['', '{0} {3} {4} {5} {7}', '{CertThumbprint}', 'CacheFile', '{cachefiles}'])
    assert.equal(usesPlaceholder(text, pfxPlaceholders), false, text);
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
