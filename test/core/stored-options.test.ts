import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/core/json.ts';
import { booleanField, integerField, optionalText, requiredText, textList } from '../../src/core/stored-options.ts';
import { failureOf } from '../support/wacs-error.ts';

const of = (field: Json | undefined) => ({ plugin: 'sample', field });
const bounds = { min: 1, max: 10, fallback: 5 };

test('fields come back by their type, and absent ones by their default', () => {
  assert.equal(requiredText(of('x'), 'field'), 'x');
  assert.deepEqual(textList(of(['a', 'b']), 'field'), ['a', 'b']);
  assert.deepEqual([integerField(of(10), 'field', bounds), booleanField(of(true), 'field')], [10, true]);
  for (const absent of [undefined, null]) {
    assert.equal(optionalText(of(absent), 'field'), undefined);
    assert.deepEqual(textList(of(absent), 'field'), []);
    assert.deepEqual([integerField(of(absent), 'field', bounds), booleanField(of(absent), 'field')], [5, false]);
  }
});

const broken: [string, () => unknown][] = [
  ['missing text', () => requiredText(of(undefined), 'field')],
  ['empty text', () => requiredText(of(''), 'field')],
  ['a number for a text', () => requiredText(of(3), 'field')],
  ['a list for a text', () => optionalText(of(['a']), 'field')],
  ['an object for a text', () => optionalText(of({}), 'field')],
  ['a text for a list', () => textList(of('a'), 'field')],
  ['a list with a number', () => textList(of(['a', 1]), 'field')],
  ['a fraction', () => integerField(of(1.5), 'field', bounds)],
  ['a number below', () => integerField(of(0), 'field', bounds)],
  ['a number above', () => integerField(of(11), 'field', bounds)],
  ['a text for a number', () => integerField(of('5'), 'field', bounds)],
  ['a text for a flag', () => booleanField(of('true'), 'field')],
];

for (const [what, read] of broken) {
  test(`${what} is refused by plugin and field`, async () => {
    const failure = await failureOf(read, 'ConfigurationError');
    assert.match(failure.message, /plugin "sample": field "field"/);
  });
}
