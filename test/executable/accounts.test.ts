import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { test } from 'node:test';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { putFile } from '../support/windows/windows-machine.ts';
import { assertExit, benchOrSkip } from './windows-bench.ts';

test('accounts by the executable', { timeout: 600_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  const { machine, run, authority, pebble } = bench;
  const read = (...path: string[]): Record<string, string> =>
    JSON.parse(readFileSync(join(authority, ...path), 'utf8'));

  await t.test('two accounts, each with a key that Windows protects, and a key of one that is changed', async () => {
    assertExit(await run(['/Register', '/AcceptTOS']), 0);
    assertExit(await run(['--register', '--accepttos', '--account', 'Work']), 0);
    const [usual, work] = [read('account.json'), read('accounts', 'work.json')];
    assert.match(usual.key ?? '', /^enc-/);
    assert.match(work.key ?? '', /^enc-/);
    const changed = await run(['--rollover', '--account', 'WORK']);
    assertExit(changed, 0);
    assert.equal(changed.report?.account?.name, 'work');
    assert.equal(read('accounts', 'work.json').url, work.url);
    assert.notEqual(read('accounts', 'work.json').key, work.key);
    assert.equal(pebble.requestCount('keyChange'), 1);
    assertExit(await run(['--register', '--account', 'work']), 0);
    assert.deepEqual(read('account.json'), usual);
  });

  await t.test('a renewal with an account of its own is revoked and renewed', async () => {
    assertExit(await bench.create('a.test', ['--id', 'a', '--account', 'work', '--reuse-privatekey']), 0);
    assertExit(await run(['--revoke', '--id', 'a', '--reason', 'KeyCompromise']), 0);
    const renewed = await run(['--renew', '--notaskscheduler']);
    assertExit(renewed, 0);
    assert.equal(renewed.report?.renewals[0]?.result, 'renewed');
  });

  await t.test('a deactivated account gives way to a new one, and an own key is taken from a file', async () => {
    assertExit(await run(['--deactivateaccount', '--account', 'work']), 2);
    assertExit(await run(['--deactivateaccount', '--account', 'work', '--force']), 0);
    const ended = await run(['--renew', '--force', '--notaskscheduler']);
    assertExit(ended, 42);
    assert.match(ended.stderr, /wacs --register --accepttos --account work makes a new account/);
    const file = win32.join(machine.root, 'own key.pem');
    const own = await createPrivateKey({ type: 'rsa', bits: 2048 });
    await putFile(machine, file, own);
    for (const line of own.split('\n').slice(1, -2)) bench.addSecret(line);
    assertExit(await run(['--register', '--accepttos', '--account', 'work', '--accountkey', file]), 0);
    assert.equal(readdirSync(join(authority, 'accounts', 'old')).length, 1);
    assertExit(await run(['--rollover', '--account', 'work']), 0);
    assertExit(await run(['--renew', '--force', '--notaskscheduler']), 0);
  });

  await t.test('a name that Windows keeps for a device: 2', async () => {
    assertExit(await run(['--register', '--accepttos', '--account', 'NUL']), 2);
  });
});
