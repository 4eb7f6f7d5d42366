import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorName } from '../../../src/platform/win32/error-names.ts';
import { win32Error } from '../../../src/platform/win32/library.ts';

test('errors of providers have their names, first and last and in between', () => {
  const names: readonly (readonly [number, string])[] = [
    [0x8009_0001, 'NTE_BAD_UID'],
    [0x8009_000f, 'NTE_EXISTS'],
    [0x8009_0010, 'NTE_PERM'],
    [0x8009_0016, 'NTE_BAD_KEYSET'],
    [0x8009_0022, 'NTE_SILENT_CONTEXT'],
    [0x8009_0029, 'NTE_NOT_SUPPORTED'],
    [0x8009_002f, 'NTE_HMAC_NOT_SUPPORTED'],
    [0x8009_2004, 'CRYPT_E_NOT_FOUND'],
    [0x800b_0109, 'CERT_E_UNTRUSTEDROOT'],
    [5, 'ERROR_ACCESS_DENIED'],
  ];
  for (const [code, name] of names) assert.equal(errorName(code), name);
  for (const code of [0x8009_0000, 0x8009_0030, 0, 0x1234]) assert.equal(errorName(code), undefined);
});

test('a failure names function, number and name; statuses may be signed', () => {
  const failure = win32Error('cannot sign', 'NCryptSignHash', 0x8009_0016 | 0, 'StoreError');
  assert.equal(failure.code, 'StoreError');
  assert.equal(failure.message, 'cannot sign: NCryptSignHash failed with 0x80090016 NTE_BAD_KEYSET');
  assert.match(failure.hint ?? '', /certutil -error 0x80090016/);
  assert.equal(win32Error('x', 'F', 0x1234).message, 'x: F failed with 0x00001234');
});

test('missing rights are AccessDenied, whoever asks', () => {
  for (const code of [5, 1307, 1314, 0x8007_0005, 0x8009_0010]) {
    const failure = win32Error('x', 'F', code, 'StoreError');
    assert.deepEqual([failure.code, failure.hint], ['AccessDenied', 'run this from an elevated prompt']);
  }
});

test('a number that says nothing is not shown', () => {
  for (const code of [0, 0xcb]) assert.equal(win32Error('x', 'F', code).message, 'x: F failed without a reason');
});
