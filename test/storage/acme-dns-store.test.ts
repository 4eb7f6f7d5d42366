import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFileStore } from '../../src/platform/files.ts';
import { createAcmeDnsAccountStore } from '../../src/storage/acme-dns-store.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';
import { memoryLog, temporaryFolder } from '../platform/support.ts';
import { failureOf } from '../support/wacs-error.ts';

const server = 'https://auth.example.org:8443/api';
const account = {
  name: '_acme-challenge.www.example.com',
  fullDomain: 'd420.auth.example.org',
  subdomain: 'd420',
  username: 'user',
  password: 'pass word',
};

function open(t: TestContext) {
  const folder = temporaryFolder(t);
  const log = memoryLog();
  const secrets = createSecretProtection(undefined);
  return { folder, log, store: createAcmeDnsAccountStore(folder, { files: createFileStore(), secrets, log }) };
}

test('an account comes back as it was written, in a file of its server and name', async (t) => {
  const { folder, store } = open(t);
  await store.write(server, account);
  assert.deepEqual(await store.read(server, account.name), account);
  assert.equal(
    store.placeOf(server, account.name),
    join(folder, 'auth.example.org-8443-api', '_acme-challenge.www.example.com.json'),
  );
  const stored = JSON.parse(readFileSync(store.placeOf(server, account.name), 'utf8'));
  assert.deepEqual([stored.schemaVersion, stored.password, stored.server], [1, 'clear-pass word', server]);
});

test('accounts of one server are listed; of others, and of none, they are not', async (t) => {
  const { store } = open(t);
  const other = { ...account, name: '_acme-challenge.example.net' };
  await store.write(server, account);
  await store.write(server, other);
  await store.write('https://other.test', account);
  assert.deepEqual((await store.list(server)).length, 2);
  assert.deepEqual(await store.list('https://nowhere.test'), []);
  assert.equal(await store.read(server, '_acme-challenge.nowhere.test'), undefined);
});

test('a damaged file is told when it is read, and left out with a warning when all are listed', async (t) => {
  const { store, log } = open(t);
  await store.write(server, account);
  const path = store.placeOf(server, account.name);
  for (const content of ['{', '{"schemaVersion":1}', readFileSync(path, 'utf8').replace('clear-', 'enc-AAAA')]) {
    writeFileSync(path, content);
    const failure = await failureOf(store.read(server, account.name), 'ConfigurationError');
    assert.ok(failure.message.includes(path), failure.message);
    assert.match(failure.hint ?? '', /delete it: then a new account is registered/);
    assert.deepEqual(await store.list(server), []);
    assert.ok(log.lines.at(-1)?.includes(path));
  }
});

test('a name never leads out of the folder', async (t) => {
  const { folder, store } = open(t);
  for (const name of ['../x', 'a/b', 'a\\b', '', '.', 'A.test', 'a..b']) {
    await failureOf(async () => store.write(server, { ...account, name }), 'ValidationSetupError');
  }
  assert.deepEqual(
    readdirSync(folder, { recursive: true }).filter((path) => String(path).endsWith('.json')),
    [],
  );
});
