import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFileStore } from '../../src/platform/files.ts';
import { createAccountStore } from '../../src/storage/account-store.ts';
import { createOrderStore } from '../../src/storage/order-store.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';
import { accountPaths, statePaths } from '../../src/storage/state-paths.ts';
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

function accountStore(t: TestContext, name?: string) {
  const paths = accountPaths(statePaths(temporaryFolder(t), 'https://ca.test/'), name);
  return { ...paths, store: createAccountStore(paths, files, secrets) };
}

test('an account comes back, its key protected, and keeps what a later version has added', async (t) => {
  const { file: path, store } = accountStore(t);
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
  const { file: path, store } = accountStore(t);
  await store.write({ keyPem: 'key', contact: [] });
  writeFileSync(path, '{"schemaVersion": 1, "contact": []}');
  const failure = await failureOf(store.read(), 'ConfigurationError');
  assert.ok(failure.message.includes(path) && failure.message.includes('"key"'));
});

test('the key of a change under way is protected too, and comes back with its moment', async (t) => {
  const { file, store } = accountStore(t);
  const pendingKey = { keyPem: 'new key', since: new Date('2026-11-24T10:00:00Z') };
  const deactivatedAt = new Date('2026-11-25T10:00:00Z');
  await store.write({ keyPem: 'key', contact: [], pendingKey, deactivatedAt });
  assert.deepEqual(await store.read(), { keyPem: 'key', contact: [], pendingKey, deactivatedAt });
  const stored = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(stored.pendingKey, { key: 'clear-new key', since: '2026-11-24T10:00:00.000Z' });
  writeFileSync(file, JSON.stringify({ ...stored, pendingKey: { ...stored.pendingKey, later: 1 } }));
  const read = await store.read();
  assert.ok(read);
  await store.write(read);
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).pendingKey.later, 1);
});

test('an account with a name has a file of its own; set aside, it is kept as it was', async (t) => {
  const { file, store } = accountStore(t, 'work');
  assert.ok(file.endsWith(join('ca.test', 'accounts', 'work.json')));
  await failureOf(store.setAside(new Date()), 'StorageError');
  await store.write({ keyPem: 'key', contact: ['mailto:a@a.test'] });
  const before = readFileSync(file, 'utf8');
  const copy = await store.setAside(new Date('2026-11-24T10:00:00.123Z'));
  await store.write({ keyPem: 'other', contact: [] });
  assert.ok(copy.endsWith(join('accounts', 'old', 'work-20261124T100000123Z.json')), copy);
  assert.equal(readFileSync(copy, 'utf8'), before);
  assert.equal(await store.setAside(new Date('2026-11-24T10:00:00.123Z')), copy);
});
