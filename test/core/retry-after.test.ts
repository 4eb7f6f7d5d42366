import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRetryAfter } from '../../src/core/retry-after.ts';

const now = new Date('2026-03-01T00:00:00Z');
const read = (value: string | readonly string[] | undefined) => readRetryAfter({ 'retry-after': value }, now);

test('Retry-After in seconds counts from now', () => {
  assert.deepEqual(read('120'), new Date('2026-03-01T00:02:00Z'));
  assert.deepEqual(read(' 0 '), now);
});

test('Retry-After as an HTTP date is the moment itself, the past included', () => {
  assert.deepEqual(read('Sun, 01 Mar 2026 01:00:00 GMT'), new Date('2026-03-01T01:00:00Z'));
  assert.deepEqual(read('Sat, 28 Feb 2026 23:00:00 GMT'), new Date('2026-02-28T23:00:00Z'));
});

test('an absent or unreadable Retry-After is none', () => {
  for (const value of [undefined, '', 'soon', '1e999', ['1', '2']]) assert.equal(read(value), undefined, String(value));
});

test('a Retry-After beyond all measure is still a wait, and a date', () => {
  assert.equal(read('99999999999999999999')?.getUTCFullYear(), 2057);
});
