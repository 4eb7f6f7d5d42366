import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { opensslMissing } from '../crypto/openssl.ts';
import { dnsNames, openPfx, thumbprint } from '../pebble/certificate-checks.ts';
import { allFiles } from '../pebble/state-checks.ts';
import { assertExit, benchOrSkip, type WindowsBench } from './windows-bench.ts';

const password = 'gehe!m & \u00fc\u20ac ^x';
const hosts = 'www.example.test,example.test';

test('the main job of the executable', { timeout: 900_000 }, async (t) => {
  const bench = await benchOrSkip(t);
  if (bench === undefined) return;
  bench.addSecret(password);
  const { pebble, certificates } = bench;
  const args = ['--id', 'site', '--csr', 'rsa', '--store', 'pemfiles,pfxfile', '--verbose'];
  const folders = ['--pemfilespath', certificates, '--pfxfilepath', certificates, '--pfxpassword', password];
  const create = () => bench.create(hosts, [...args, ...folders]);

  await t.test('a certificate is issued and stored', async () => {
    const run = await create();
    assertExit(run, 0);
    assert.deepEqual(
      allFiles(bench.machine.hostPath(certificates)).map((path) => path.replace(/^.*[\\/]/, '')),
      ['chain-only.pem', 'chain.pem', 'crt.pem', 'key.pem']
        .map((part) => `www.example.test-${part}`)
        .concat('www.example.test.pfx'),
    );
    assert.deepEqual(dnsNames(stored(bench)), ['example.test', 'www.example.test']);
    assert.equal(run.report?.renewals[0]?.certificate?.thumbprint, thumbprint(stored(bench)));
    assert.equal(pebble.requestCount('newNonce'), 1);
  });

  await t.test('openssl opens the PFX', (t) => checkPfx(t, bench));

  await t.test('the same command again orders nothing', async () => {
    const before = thumbprint(stored(bench));
    const run = await create();
    assertExit(run, 0);
    assert.equal(run.report?.renewals[0]?.result, 'notDue');
    assert.equal(pebble.requestCount('newOrder'), 1);
    assert.equal(thumbprint(stored(bench)), before);
  });

  await t.test('--renew with nothing due is 0, or 15 when asked', async () => {
    assertExit(await bench.run(['--renew', '--notaskscheduler']), 0);
    assertExit(await bench.run(['/Renew', '/NoTaskScheduler', '/DetailedExitCode']), 15);
    assert.equal(pebble.requestCount('newOrder'), 1);
  });

  await t.test('secrets are encrypted by Windows, and the next run can read them', async (t) => {
    assert.match(JSON.parse(accountText(bench)).key, /^enc-[A-Za-z0-9+/]{40,}/);
    const stores = bench.readRenewal('site').plan.store;
    assert.match(JSON.stringify(stores), /"pfxPassword":"enc-[A-Za-z0-9+/]{40,}/);
    const before = thumbprint(stored(bench));
    assertExit(await bench.run(['--renew', '--force', '--notaskscheduler', '--verbose']), 0);
    assert.notEqual(thumbprint(stored(bench)), before);
    assert.equal(pebble.requestCount('newAccount'), 1, 'the account key was not read back');
    await checkPfx(t, bench);
  });

  await t.test('the state folder is closed to users', () => checkPermissions(bench));

  await t.test('--json alone stands on standard output', async () => {
    const run = await bench.run(['--renew', '--json', '--notaskscheduler']);
    assertExit(run, 0);
    assert.equal(JSON.parse(run.stdout).renewals[0].id, 'site');
  });

  await t.test('an account key that cannot be decrypted is 20 and says what to do', async () => {
    await whileDamaged(join(bench.authority, 'account.json'), async () => {
      const run = await bench.run(['--renew', '--force', '--notaskscheduler']);
      assertExit(run, 20);
      assert.match(run.stderr, /account\.json: cannot read a stored secret: .*Windows refused[\s\S]*delete that file/);
      assert.equal(run.report?.error?.name, 'ConfigurationError');
      rmSync(join(bench.authority, 'account.json'));
      assertExit(await bench.run(['--register', '--accepttos']), 0);
      assertExit(await bench.run(['--renew', '--force', '--notaskscheduler']), 0);
    });
  });

  await t.test('so is a password', async () => {
    await whileDamaged(join(bench.authority, 'site.renewal.json'), async () => {
      const run = await bench.run(['--renew', '--force', '--notaskscheduler']);
      assertExit(run, 20);
      assert.match(run.stderr, /cannot read a stored secret: .*Windows refused[\s\S]*create the renewal anew/);
      // Giving it again is the way out.
      assertExit(await create(), 0);
      await checkPfx(t, bench);
    });
  });
});

async function checkPfx(t: TestContext, bench: WindowsBench): Promise<void> {
  const missing = await opensslMissing();
  if (missing !== undefined) return t.skip(missing);
  const file = bench.machine.hostPath(win32.join(bench.certificates, 'www.example.test.pfx'));
  const { key, certificates } = await openPfx(file, password);
  const [leaf] = certificates;
  assert.equal(certificates.length, 2, 'not the whole chain');
  assert.equal(leaf && thumbprint(leaf), thumbprint(stored(bench)));
  assert.equal(leaf?.checkPrivateKey(key), true);
}

/** Wine maps permissions to those of this machine, where neither the group of users nor others may have any. */
async function checkPermissions({ machine, state }: WindowsBench): Promise<void> {
  if (machine.prefix !== undefined) {
    assert.equal(statSync(state).mode & 0o007, 0, 'others may look into the state folder');
    return;
  }
  const list = join(state, '..', 'permissions.txt');
  await promisify(execFile)('icacls.exe', [state, '/save', list]);
  assert.match(readFileSync(list, 'utf16le'), /D:PA?I?\(A;OICI;FA;;;SY\)\(A;OICI;FA;;;BA\)\s*$/);
}

/** Changes the end of the first encrypted value in a file for the time of `work`. */
async function whileDamaged(path: string, work: () => Promise<void>): Promise<void> {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/("enc-[A-Za-z0-9+/]{40,})[A-Za-z0-9+/]{12}(?==*")/, '$1AAAAAAAAAAAA'));
  assert.notEqual(readFileSync(path, 'utf8'), text, 'nothing was damaged');
  try {
    await work();
  } finally {
    writeFileSync(path, text);
  }
}

function accountText({ authority }: WindowsBench): string {
  return readFileSync(join(authority, 'account.json'), 'utf8');
}

function stored({ machine, certificates }: WindowsBench): X509Certificate {
  return new X509Certificate(readFileSync(machine.hostPath(win32.join(certificates, 'www.example.test-crt.pem'))));
}
