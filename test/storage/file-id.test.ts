import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileNameOf } from '../../src/storage/file-id.ts';

test('a renewal of one certificate has its id as the name of its files', () => {
  assert.equal(fileNameOf('VqqRqB6o-rWXtknmc5wbJA'), 'VqqRqB6o-rWXtknmc5wbJA');
});

test('parts are named so that people find them, with nothing Windows refuses', () => {
  const names = ['www.example.com', '*.example.com', '2001:db8::1'].map((part) => fileNameOf(`id@${part}`));
  assert.deepEqual(names, ['id@www.example.com', 'id@+.example.com', 'id@2001=db8==1']);
  for (const name of names) assert.doesNotMatch(name, /[<>:"/\\|?*]/);
});

test('long names are cut, and still differ', () => {
  const long = (end: string): string => `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${end}`;
  const [first, second] = [fileNameOf(`id@${long('one.test')}`), fileNameOf(`id@${long('two.test')}`)];
  assert.notEqual(first, second);
  assert.equal(first, fileNameOf(`id@${long('one.test')}`));
  assert.ok(`${'i'.repeat(64)}${first}.certificate.json`.length < 255);
});
