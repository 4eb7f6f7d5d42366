import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileStore } from '../../src/platform/files.ts';
import { createAccountStore } from '../../src/storage/account-store.ts';
import { createOrderStore } from '../../src/storage/order-store.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';
import { temporaryFolder } from '../platform/support.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf } from '../support/wacs-error.ts';

const secrets = createSecretProtection(undefined);
const files = createFileStore();

test('an order comes back with and without its key', async (t) => {
  const store = createOrderStore(temporaryFolder(t), files, { secrets, log: createMemoryLog() });
  assert.equal(await store.read('first'), undefined);
  const record = { url: 'https://ca.test/order/1', planKey: 'plan' };
  await store.write('first', record);
  assert.deepEqual(await store.read('first'), record);
  await store.write('first', { ...record, privateKeyPem: 'key' });
  assert.deepEqual(await store.read('first'), { ...record, privateKeyPem: 'key' });
  await store.remove('first');
  assert.equal(await store.read('first'), undefined);
});

test('an order that cannot be read is set aside with a warning', async (t) => {
  const folder = temporaryFolder(t);
  const log = createMemoryLog();
  const store = createOrderStore(folder, files, { secrets, log });
  for (const text of [
    '{',
    '{"schemaVersion": 2}',
    '{"schemaVersion":1,"url":"x","planKey":"y","privateKey":"enc-AA=="}',
  ]) {
    writeFileSync(join(folder, 'first.order.json'), text);
    assert.equal(await store.read('first'), undefined);
  }
  assert.equal(log.lines.filter((line) => line.startsWith('warning')).length, 3);
});

test('an order that may not be read is a failure, not a reason to order again', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'first.order.json'));
  await failureOf(createOrderStore(folder, files, { secrets, log: createMemoryLog() }).read('first'), 'StorageError');
});

test('an account comes back, its key protected, and keeps what a later version has added', async (t) => {
  const path = join(temporaryFolder(t), 'ca', 'account.json');
  const store = createAccountStore(path, files, secrets);
  assert.equal(await store.read(), undefined);
  const record = { keyPem: 'key', url: 'https://ca.test/account/1', contact: ['mailto:a@a.test'], termsOfService: 'x' };
  await store.write(record);
  assert.deepEqual(await store.read(), record);
  const stored = JSON.parse(readFileSync(path, 'utf8'));
  assert.equal(stored.key, 'clear-key');
  writeFileSync(path, JSON.stringify({ ...stored, later: { x: 1 } }));
  const read = await store.read();
  assert.ok(read);
  await store.write({ ...read, contact: [] });
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { ...stored, contact: [], later: { x: 1 } });
});

test('a broken account is named and never replaced in silence', async (t) => {
  const path = join(temporaryFolder(t), 'account.json');
  writeFileSync(path, '{"schemaVersion": 1, "contact": []}');
  const failure = await failureOf(createAccountStore(path, files, secrets).read(), 'ConfigurationError');
  assert.ok(failure.message.includes(path) && failure.message.includes('"key"'));
});
