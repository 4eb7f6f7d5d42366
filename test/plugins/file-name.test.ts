import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireFileName, toFileName } from '../../src/plugins/store/file-name.ts';
import { failureOf } from '../support/wacs-error.ts';

test('the file name is the common name, usable on Windows', () => {
  assert.equal(toFileName('www.example.test'), 'www.example.test');
  assert.equal(toFileName('*.example.test'), '_.example.test');
  assert.equal(toFileName('2001:db8::1'), '2001-db8--1');
});

test('plain names are taken as they are', () => {
  for (const name of ['site', 'my site', 'Größe', 'a.b', 'console', 'com10x', '.hidden'])
    assert.equal(requireFileName('pfxfilename', name), name);
});

const unusable = [
  ...['', '.', '..', 'a.', 'a ', '../a', 'a/b', 'a\\b', 'C:a', 'a*', 'a?', 'a|b', 'a<b', 'a>b', 'a"b', 'a\nb', 'a\0b'],
  ...['con', 'CON', 'nul.txt', 'com1', 'lpt9.pem', 'aux', 'prn'],
];

for (const name of unusable) {
  test(`${JSON.stringify(name)} is refused by the name of its option`, async () => {
    const failure = await failureOf(() => requireFileName('pemfilesname', name), 'UsageError');
    assert.match(failure.message, /--pemfilesname/);
  });
}
