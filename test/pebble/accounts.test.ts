import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunReport } from '../../src/cli/run-report.ts';
import { createPrivateKey } from '../../src/crypto/keys.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { assertExit, createWorkbench, quick, type Run, type Workbench } from './workbench.ts';

interface StoredAccount {
  readonly url: string;
  readonly key: string;
  readonly contact: readonly string[];
  readonly deactivatedAt?: string;
}

function readAccount({ authority }: Workbench, name?: string): StoredAccount {
  const file = name === undefined ? 'account.json' : join('accounts', `${name}.json`);
  return JSON.parse(readFileSync(join(authority, file), 'utf8'));
}

function accountOf(run: Run): NonNullable<RunReport['account']> {
  return run.report?.account ?? assert.fail(`no account in the report:\n${run.output}`);
}

test('the life of an account', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const register = (...more: string[]) => bench.run(['--register', ...more]);

  assertExit(await register('--accepttos', '--emailaddress', 'a@a.test'), 0);
  const first = readAccount(bench);
  const backup = join(bench.folder, 'backup.pem');
  writeFileSync(backup, first.key.slice('clear-'.length));

  await t.test('it is shown as the CA has it, with --json for programs', async () => {
    const run = await register('--json');
    assertExit(run, 0);
    const expected = { url: first.url, status: 'valid', contact: ['mailto:a@a.test'] };
    assert.deepEqual(JSON.parse(run.stdout).account, expected);
  });

  await t.test('its contact changes, one or several, and goes', async () => {
    const changed = await register('--emailaddress', 'b@a.test,c@a.test');
    assert.deepEqual(accountOf(changed).contact, ['mailto:b@a.test', 'mailto:c@a.test']);
    assert.deepEqual(accountOf(await register()).contact, ['mailto:b@a.test', 'mailto:c@a.test']);
    assertExit(await register('--emailaddress', 'none'), 0);
    assert.deepEqual(accountOf(await register()).contact, []);
  });

  await t.test('its address is lost: found again by its key', async () => {
    const { url, ...rest } = readAccount(bench);
    writeFileSync(join(bench.authority, 'account.json'), JSON.stringify(rest), { mode: 0o600 });
    assertExit(await register(), 0);
    assert.equal(readAccount(bench).url, url);
  });

  await t.test('its file is lost: found again by a copy of its key', async () => {
    rmSync(join(bench.authority, 'account.json'));
    assertExit(await register('--accountkey', backup), 0);
    assert.deepEqual([readAccount(bench).url, readAccount(bench).key], [first.url, first.key]);
  });

  await t.test('its key changes, and changes again; the old ones are worth nothing', async () => {
    assertExit(await bench.create('a.test', ['--id', 'a']), 0);
    for (const _ of [1, 2]) {
      const { key } = readAccount(bench);
      assertExit(await bench.run(['--rollover']), 0);
      assert.notEqual(readAccount(bench).key, key);
      assert.equal(readAccount(bench).url, first.url);
    }
    assertExit(await bench.run(['--renew', '--force']), 0);
    assertExit(await register('--accountkey', backup, '--account', 'backup'), 42);
  });

  await t.test('it is deactivated, which no later run gets round but a registration', async () => {
    assertExit(await bench.run(['--deactivateaccount']), 2);
    const run = await bench.run(['--deactivateaccount', '--force']);
    assertExit(run, 0);
    assert.equal(accountOf(run).status, 'deactivated');
    const ended = readAccount(bench);
    assert.ok(ended.deactivatedAt);
    assertExit(await bench.run(['--renew', '--force']), 42);
    assertExit(await bench.run(['--deactivateaccount', '--force']), 0);

    assertExit(await register('--accepttos'), 0);
    const fresh = readAccount(bench);
    assert.notEqual(fresh.url, ended.url);
    assert.notEqual(fresh.key, ended.key);
    const old = join(bench.authority, 'accounts', 'old');
    assert.deepEqual(
      readdirSync(old).map((name) => JSON.parse(readFileSync(join(old, name), 'utf8'))),
      [ended],
    );
    assertExit(await bench.run(['--renew', '--force']), 0);
  });

  await t.test('it was deactivated elsewhere: 42 with the way out', async () => {
    const copy = await createWorkbench(t, pebble);
    writeFileSync(backup, readAccount(bench).key.slice('clear-'.length));
    assertExit(await copy.run(['--register', '--accountkey', backup]), 0);
    assertExit(await copy.run(['--deactivateaccount']), 0);
    const renewed = await bench.run(['--renew', '--force']);
    assertExit(renewed, 42);
    assert.match(renewed.stderr, /what to do: wacs --register /);
    const shown = await register('--accepttos');
    assertExit(shown, 42);
    assert.match(
      shown.stderr,
      /does not accept the account .*\n.*wacs --register --accepttos --force makes a new account/,
    );
    assertExit(await register('--accepttos', '--force'), 0);
    assertExit(await bench.run(['--renew', '--force']), 0);
  });
});

test('a CA that was reset: the account is registered again, and renewals go on', async (t) => {
  const [before, after] = [await pebbleOrSkip(t, quick), await pebbleOrSkip(t, quick)];
  if (before === undefined || after === undefined) return;
  const bench = await createWorkbench(t, before);
  assertExit(await bench.run(['--register', '--accepttos']), 0);
  const next = await createWorkbench(t, after);
  assertExit(await next.create('a.test', ['--id', 'a']), 0);
  const lost = readAccount(bench);
  const url = new URL(new URL(lost.url).pathname, after.directoryUrl).href;
  const text = JSON.stringify({ ...readAccount(next), key: lost.key, url });
  writeFileSync(join(next.authority, 'account.json'), text, { mode: 0o600 });
  const run = await next.run(['--renew', '--force']);
  assertExit(run, 0);
  assert.match(run.output, /any more; registering it again with the same key/);
  assert.equal(readAccount(next).key, lost.key);
  assert.notEqual(readAccount(next).url, url);
});

test('an RSA account key is taken along by every change', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const own = join(bench.folder, 'own.pem');
  writeFileSync(own, await createPrivateKey({ type: 'rsa', bits: 2048 }));
  assertExit(await bench.run(['--register', '--accepttos', '--accountkey', own, '--account', 'Own']), 0);
  assertExit(await bench.run(['--rollover', '--account', 'own']), 0);
  assertExit(await bench.create('a.test', ['--account', 'own']), 0);
  const { key } = readAccount(bench, 'own');
  assert.ok(key.length > 1_000 && key !== readFileSync(own, 'utf8'), 'an RSA key is that long');
});

test('external account binding by each algorithm, and with the wrong one', async (t) => {
  const key = Buffer.from('a key of sixty-four bytes, which is what HS512 asks for at least').toString('base64url');
  const pebble = await pebbleOrSkip(t, { ...quick, externalAccountMacKeys: { 'kid-1': key } });
  if (pebble === undefined) return;
  for (const algorithm of ['HS256', 'hs384', 'HS512']) {
    const bench = await createWorkbench(t, pebble);
    const bound = ['--eab-key-identifier', 'kid-1', '--eab-key', key, '--eab-algorithm', algorithm];
    assertExit(await bench.run(['--register', '--accepttos', ...bound]), 0);
  }
  const bench = await createWorkbench(t, pebble);
  const wrong = ['--eab-key-identifier', 'kid-2', '--eab-key', key];
  const run = await bench.run(['--register', '--accepttos', ...wrong]);
  assertExit(run, 42);
  assert.match(run.stderr, /what to do: Check --eab-key-identifier, --eab-key and --eab-algorithm/);
  assertExit(await bench.run(['--register', '--accepttos', '--eab-algorithm', 'HS1', ...wrong]), 2);
});

test('revocation by the account and by the key of the certificate', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const create = (host: string, ...more: string[]) => bench.create(host, ['--id', host, ...more]);
  const leaf = (host: string) => new X509Certificate(bench.readPem(host, 'crt'));
  const status = (host: string) => pebble.certificateStatus(leaf(host).serialNumber);
  const revoke = (host: string, ...more: string[]) => bench.run(['--revoke', '--id', host, ...more]);

  await t.test('every reason by its name, and twice is no failure', async () => {
    const names = ['unspecified', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn'];
    assertExit(await create('a.test'), 0);
    for (const reason of names) {
      assertExit(await bench.run(['--renew', '--id', 'a.test']), 0);
      assertExit(await revoke('a.test', '--reason', reason), 0);
      assert.equal(await status('a.test'), 'Revoked', reason);
    }
    const again = await revoke('a.test');
    assertExit(again, 0);
    assert.match(again.stdout, /was revoked before/);
  });

  await t.test('a compromised key is not used again, and its signature is taken', async () => {
    assertExit(await create('b.test', '--reuse-privatekey'), 0);
    const key = bench.readPem('b.test', 'key');
    assertExit(await bench.run(['--renew', '--id', 'b.test', '--force']), 0);
    assert.equal(bench.readPem('b.test', 'key'), key);
    const accounts = pebble.requestCount('account');
    assertExit(await revoke('b.test', '--reason', 'keycompromise'), 0);
    assert.equal(await status('b.test'), 'Revoked');
    assert.equal(pebble.requestCount('account'), accounts);
    assertExit(await bench.run(['--renew', '--id', 'b.test']), 0);
    assert.notEqual(bench.readPem('b.test', 'key'), key);
    assert.equal(await status('b.test'), 'Valid');
  });

  for (const [csr, host] of [
    ['ec', 'c.test'],
    ['rsa', 'd.test'],
  ] as const) {
    await t.test(`without an account, the ${csr} key of the certificate revokes`, async () => {
      assertExit(await create(host, '--csr', csr, '--account', host), 0);
      rmSync(join(bench.authority, 'accounts', `${host}.json`));
      const run = await revoke(host, '--reason', 'superseded');
      assertExit(run, 0);
      assert.match(run.stderr, /no account .*the certificate's own key signs instead/);
      assert.equal(await status(host), 'Revoked');
    });
  }
});
