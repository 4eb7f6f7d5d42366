import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../src/log/redact.ts';

test('a secret is blanked out in every form it may take', () => {
  const secret = 'p@ss "w/o" \\d+ ü?';
  const redactor = createRedactor();
  redactor.add(secret);
  const forms = [
    secret,
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    encodeURIComponent(secret),
    new URLSearchParams({ p: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
  ];
  for (const form of forms) assert.equal(redactor.redact(`a ${form} b ${form}`), 'a *** b ***', form);
});

test('short values and other text stay', () => {
  const redactor = createRedactor();
  redactor.add('abc');
  redactor.add('');
  assert.equal(redactor.redact('abc abc'), 'abc abc');
  redactor.add('a.c+');
  assert.equal(redactor.redact('abcc a.c+'), 'abcc ***');
});

test('a secret inside a longer secret leaves no rest', () => {
  const redactor = createRedactor();
  redactor.add('hunter');
  redactor.add('hunter2000');
  assert.equal(redactor.redact('hunter2000 hunter'), '*** ***');
});

test('each line of a key is blanked out', () => {
  const redactor = createRedactor();
  const lines = ['MIIEvQIBADANBgkqhkiG9w0BAQEF', 'AASCBKcwggSjAgEAAoIBAQC7VJTU'];
  redactor.add(`-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`);
  const shown = redactor.redact(`key:\r\n  ${lines.join('\r\n  ')}\r\n-----BEGIN CERTIFICATE-----`);
  assert.equal(shown, 'key:\r\n  ***\r\n  ***\r\n-----BEGIN CERTIFICATE-----');
});

test('secrets registered later count too, and half a surrogate pair does no harm', () => {
  const redactor = createRedactor();
  redactor.add('first-secret');
  assert.equal(redactor.redact('second-secret'), 'second-secret');
  redactor.add('second-secret');
  redactor.add('broken\ud800');
  assert.equal(redactor.redact('second-secret'), '***');
});
