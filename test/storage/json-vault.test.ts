import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFileStore } from '../../src/platform/files.ts';
import { createJsonVault } from '../../src/storage/json-vault.ts';
import { createSecretProtection } from '../../src/storage/secrets.ts';
import { onPosix, temporaryFolder } from '../platform/support.ts';
import { failureOf } from '../support/wacs-error.ts';

const secrets = createSecretProtection(undefined);

function setUp(t: TestContext, content?: unknown) {
  const path = join(temporaryFolder(t), 'state', 'secrets.json');
  const files = createFileStore();
  const vault = createJsonVault(path, files, secrets);
  const put = async (text: string): Promise<void> => {
    await files.ensureFolder(join(path, '..'));
    writeFileSync(path, text);
  };
  const ready = content === undefined ? Promise.resolve() : put(JSON.stringify(content));
  return { path, vault, ready, read: () => JSON.parse(readFileSync(path, 'utf8')) };
}

test('a secret comes back under its key, in upper or lower case, and can be replaced and removed', async (t) => {
  const { vault, read, path } = setUp(t);
  assert.equal(await vault.store('Mail', 'one "ü'), false);
  assert.equal(await vault.read('mail'), 'one "ü');
  assert.equal(await vault.store('MAIL', 'two'), true);
  assert.equal(await vault.store('other', 'three'), false);
  assert.deepEqual([await vault.read('mail'), await vault.read('other')], ['two', 'three']);
  assert.deepEqual(read(), {
    schemaVersion: 1,
    Entries: [
      { Key: 'Mail', Secret: 'clear-two' },
      { Key: 'other', Secret: 'clear-three' },
    ],
  });
  if (onPosix) assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual([await vault.remove('Mail'), await vault.remove('Mail')], [true, false]);
  await failureOf(vault.read('mail'), 'ConfigurationError');
});

test('what is not there is told with its file and how to store it', async (t) => {
  const { vault, path } = setUp(t);
  const failure = await failureOf(vault.read('nope'), 'ConfigurationError');
  assert.ok(failure.message.includes(path) && failure.message.includes('"nope"'));
  assert.match(failure.hint ?? '', /--vaultstore --vaultkey nope --vaultsecret -/);
});

test('the file of win-acme is read, and becomes one of wacs when it is written', async (t) => {
  const { vault, ready, read } = setUp(t, [{ Key: 'a', Secret: 'YWJjZA==', Note: 1 }]);
  await ready;
  assert.equal(await vault.read('A'), 'abcd');
  await vault.store('b', 'x');
  assert.deepEqual(read(), {
    schemaVersion: 1,
    Entries: [
      { Key: 'a', Secret: 'YWJjZA==', Note: 1 },
      { Key: 'b', Secret: 'clear-x' },
    ],
  });
});

test('the file of simple-acme is read, and what wacs does not know in it survives', async (t) => {
  const { vault, ready, read } = setUp(t, {
    $schema: 'https://x.test/s.json',
    Entries: [{ Key: 'a', Secret: 'clear-1' }],
  });
  await ready;
  assert.equal(await vault.read('a'), '1');
  await vault.store('a', '2');
  assert.deepEqual(read(), {
    schemaVersion: 1,
    $schema: 'https://x.test/s.json',
    Entries: [{ Key: 'a', Secret: 'clear-2' }],
  });
});

test('a file that is broken is named and never replaced', async (t) => {
  for (const content of [{ Entries: {} }, { Entries: [{ Key: 'a' }] }, 5, { schemaVersion: 2, Entries: [] }]) {
    const { vault, ready, path } = setUp(t, content);
    await ready;
    const before = readFileSync(path, 'utf8');
    for (const work of [vault.read('a'), vault.store('a', 's3cret'), vault.remove('a')]) {
      const failure = await failureOf(work, 'ConfigurationError');
      assert.ok(failure.message.includes(path) && !failure.message.includes('s3cret'));
    }
    assert.equal(readFileSync(path, 'utf8'), before);
  }
});

test('a secret of another machine is named with key and file', async (t) => {
  const { vault, ready, path } = setUp(t, { Entries: [{ Key: 'a', Secret: 'enc-AAAA' }] });
  await ready;
  const failure = await failureOf(vault.read('a'), 'ConfigurationError');
  assert.match(failure.message, /the secret "a" in the vault .*: cannot read a stored secret: .*another machine/);
  assert.ok(failure.message.includes(path));
});
