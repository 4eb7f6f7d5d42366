import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { thumbprint } from './certificate-checks.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, namesIn, quick } from './workbench.ts';

test('renewals are listed, revoked and cancelled', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);

  await t.test('--list without renewals touches nothing', async () => {
    const run = await bench.run(['--list']);
    assertExit(run, 0);
    assert.equal(run.stdout, 'There are no renewals.\n');
    assert.equal(run.report, undefined);
    assert.deepEqual(
      allFiles(bench.state).filter((path) => !path.endsWith('.txt')),
      [],
    );
  });

  assertExit(await bench.create('a.test,münchen.test', ['--id', 'a', '--friendlyname', 'Site A']), 0);
  assertExit(await bench.create('b.test', ['--id', 'b', '--friendlyname', 'Site B']), 0);
  const leaf = () => new X509Certificate(bench.readPem('a.test', 'crt'));

  await t.test('--list shows what people need to know', async () => {
    const status = statSync(join(bench.authority, 'status.json')).mtimeMs;
    const { stdout } = await bench.run(['--list']);
    assert.match(stdout, /^Site A\n {2}id +a\n {2}hosts +a\.test, münchen\.test\n/);
    assert.match(stdout, new RegExp(`certificate +${thumbprint(leaf())}\n +expires +\\S+ \\(89 days\\)\n +due +20`));
    assert.match(stdout, /^Site B$/m);
    assert.equal(statSync(join(bench.authority, 'status.json')).mtimeMs, status, '--list wrote a report');
    const one = await bench.run(['--list', '--friendlyname', '* b']);
    assert.match(one.stdout, /^Site B\n/);
    assert.doesNotMatch(one.stdout, /Site A/);
    assertExit(await bench.run(['--list', '--id', 'c']), 24);
  });

  await t.test('--list --json shows the same to programs', async () => {
    const { stdout, exitCode } = await bench.run(['--list', '--json']);
    assert.equal(exitCode, 0);
    const listing: { schemaVersion: number; renewals: Record<string, unknown>[] } = JSON.parse(stdout);
    assert.equal(listing.schemaVersion, 1);
    assert.deepEqual(
      listing.renewals.map(({ id }) => id),
      ['a', 'b'],
    );
    const [first] = listing.renewals;
    assert.deepEqual([first?.source, first?.validation, first?.store], ['manual', 'selfhosting', ['pemfiles']]);
    assert.match(String(first?.nextDue), /^20\d\d-/);
  });

  await t.test('--revoke revokes at the CA, once, and the next run replaces the certificate', async () => {
    const revoked = leaf();
    assertExit(await bench.run(['--revoke', '--id', 'a', '--reason', 'because']), 2);
    assert.equal(await pebble.certificateStatus(revoked.serialNumber), 'Valid');
    const run = await bench.run(['--revoke', '--id', 'a', '--reason', 'superseded']);
    assertExit(run, 0);
    assert.match(run.stdout, /revoked \(superseded\); the next --renew replaces it/);
    assert.equal(await pebble.certificateStatus(revoked.serialNumber), 'Revoked');
    assert.match((await bench.run(['--list'])).stdout, /\(revoked\)/);
    assertExit(await bench.run(['--revoke', '--id', 'a']), 0);

    const renewed = await bench.run(['--renew']);
    assertExit(renewed, 0);
    assert.deepEqual(
      renewed.report?.renewals.map(({ id, result }) => [id, result]),
      [
        ['a', 'renewed'],
        ['b', 'notDue'],
      ],
    );
    assert.equal(await pebble.certificateStatus(leaf().serialNumber), 'Valid');
    assertExit(await bench.run(['--renew', '--detailedexitcode']), 15);
  });

  await t.test('--cancel forgets the renewal and leaves its files in use alone', async () => {
    assertExit(await bench.run(['--cancel']), 2);
    assertExit(await bench.run(['--cancel', '--id', 'nobody']), 24);
    assert.deepEqual(bench.ids(), ['a', 'b']);
    const files = namesIn(bench.pem);
    assertExit(await bench.run(['--cancel', '--friendlyname', 'site a']), 0);
    assert.deepEqual(bench.ids(), ['b']);
    assert.deepEqual(namesIn(bench.pem), files);
    assert.equal(existsSync(join(bench.authority, 'certificates', 'a.certificate.json')), false);
    assert.equal(await pebble.certificateStatus(leaf().serialNumber), 'Valid');
    assertExit(await bench.run(['--cancel', '--id', '*']), 0);
    assert.equal((await bench.run(['--list'])).stdout, 'There are no renewals.\n');
  });
});

test('--register makes one account, however often it is run', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const account = (): { url: string; contact: string[]; key: string } =>
    JSON.parse(readFileSync(join(bench.authority, 'account.json'), 'utf8'));
  const register = async (address: string) => {
    const run = await bench.run(['--register', '--accepttos', '--emailaddress', address]);
    assertExit(run, 0);
    assert.equal(run.report?.command, 'register');
    return run.stdout;
  };

  const first = await register('admin@a.test');
  assert.match(first, /account https:\/\/\S+ \(valid\)/);
  const { url, key } = account();
  assert.equal(await register('admin@a.test'), first);
  await register('other@a.test,second@a.test');
  assert.deepEqual(account().contact, ['mailto:other@a.test', 'mailto:second@a.test']);
  assert.deepEqual([account().url, account().key], [url, key]);
  assert.equal(pebble.requestCount('newAccount'), 1);
  assert.equal(pebble.requestCount('account'), 2, 'a look at the account, and the update of the contact');
  assertExit(await bench.create('a.test'), 0);
  assert.equal(pebble.requestCount('newAccount'), 1);
});
