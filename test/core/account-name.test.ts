import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountName } from '../../src/core/account-name.ts';

test('a name is a file name in lower case', () => {
  for (const [given, name] of [
    ['work', 'work'],
    ['Work', 'work'],
    ['lab.2', 'lab.2'],
    ['a', 'a'],
    ['7', '7'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['console', 'console'],
    ['com', 'com'],
    ['a.con', 'a.con'],
  ])
    assert.equal(accountName(given ?? ''), name);
});

test('what cannot be a file name on Windows, or leads elsewhere, is none', () => {
  const devices = ['con', 'NUL', 'aux.txt', 'COM1', 'lpt9.a.b', 'prn.json'];
  const places = ['', '.', '..', '../a', 'a/b', 'a\\b', 'c:', 'a:b', '/a', '%2e', 'a\0'];
  const shapes = ['a.', 'a ', ' a', '-a', '_a', '.a', 'a b', 'ä', 'a*', 'x'.repeat(65), 'a\n'];
  for (const text of [...devices, ...places, ...shapes])
    assert.equal(accountName(text), undefined, JSON.stringify(text));
});
