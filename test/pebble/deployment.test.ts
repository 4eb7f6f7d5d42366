import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { opensslMissing } from '../crypto/openssl.ts';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { openPfx, thumbprint } from './certificate-checks.ts';
import { isAlive } from './processes.ts';
import { createScript } from './scripts.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, quick, type Run } from './workbench.ts';

const skip = process.platform === 'win32' ? 'the scripts are for a POSIX shell' : false;

test('a deployment that fails is repeated without a new order', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  await t.test(
    'a script that fails is 53; the certificate is kept and the next run starts the script again',
    async (t) => {
      const { bench, script, create } = await withScript(t, pebble);
      script.failWith(7);
      const failed = await create([]);
      assertExit(failed, 53);
      assert.match(failed.stderr, /deploy it\.sh ended with exit code 7: the web server says no/);
      const [reported] = failed.report?.renewals ?? [];
      assert.deepEqual([reported?.result, reported?.error?.code, reported?.error?.exitStatus], ['failed', 53, 7]);
      const issued = thumbprint(new X509Certificate(bench.readPem('a.test', 'crt')));
      assert.equal(reported?.certificate?.thumbprint, issued);

      const still = await bench.run(['--renew']);
      assertExit(still, 53);
      assert.deepEqual(script.takeArguments(), []);
      const { certificate, failures } = bench.readRenewal('site').state;
      assert.deepEqual([certificate?.deployed, failures?.count, failures?.code], [false, 2, 'ScriptFailed']);
      assert.match((await bench.run(['--list'])).stdout, /due +now: its deployment failed/);

      script.succeed();
      const repeated = await bench.run(['--renew', '--detailedexitcode']);
      assertExit(repeated, 0);
      assert.equal(resultOf(repeated), 'deployedOnly');
      assert.deepEqual(script.takeArguments(), []);
      assert.equal(bench.readRenewal('site').state.failures, undefined);
      assert.equal(thumbprint(new X509Certificate(bench.readPem('a.test', 'crt'))), issued);
      assertExit(await bench.run(['--renew', '--detailedexitcode']), 15);
      assert.equal(script.takeArguments(), undefined);
      assert.equal(pebble.requestCount('newOrder'), 1);
    },
  );

  await t.test('a store that fails is 51, the other stores and the next run are not hindered', async (t) => {
    const bench = await createWorkbench(t, pebble);
    writeFileSync(bench.pfx, 'a file where a folder should be');
    const stores = ['--store', 'pfxfile,pemfiles', '--pemfilespath', bench.pem, '--pfxfilepath', bench.pfx];
    const orders = pebble.requestCount('newOrder');
    const failed = await bench.create('a.test', ['--id', 'site', ...stores]);
    assertExit(failed, 51);
    assert.match(failed.stderr, /store pfxfile: /);
    bench.readPem('a.test', 'key');
    rmSync(bench.pfx);
    const repeated = await bench.run(['--renew']);
    assertExit(repeated, 0);
    assert.equal(resultOf(repeated), 'deployedOnly');
    assert.ok(existsSync(join(bench.pfx, 'a.test.pfx')));
    assert.equal(pebble.requestCount('newOrder'), orders + 1);
  });

  await t.test('a script that overruns its limit is killed with all it started: 53', async (t) => {
    const { bench, script, create } = await withScript(t, pebble, 'sleep 30 & echo $! > child; wait');
    bench.writeSettings({ Script: { Timeout: 1 } });
    const run = await create([]);
    assertExit(run, 53);
    assert.match(run.stderr, /did not end within 1 s and was killed/);
    const child = Number(readFileSync(join(bench.folder, 'child'), 'utf8'));
    assert.deepEqual([await script.started(), child].filter(isAlive), []);
  });

  await t.test('a script that does not exist is 52', async (t) => {
    const { script, create } = await withScript(t, pebble);
    rmSync(script.path);
    const run = await create([]);
    assertExit(run, 52);
    assert.match(run.stderr, /the script .*deploy it\.sh does not exist/);
  });
});

test('a script gets the facts it asks for', { skip }, async (t) => {
  const missing = await opensslMissing();
  if (missing !== undefined) return t.skip(missing);
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const body = 'if [ -e "$6" ]; then cp "$6" copy.pfx; ls -l "$6" > mode; fi; echo "got: $*"';
  const { bench, script, create } = await withScript(t, pebble, body);
  const names = ['CertThumbprint', 'CertCommonName', 'RenewalId', 'StorePath', 'CertFriendlyName'];
  const cache = ['CacheFile', 'CachePassword', 'CacheFolder'];
  const old = ['OldCertThumbprint', 'OldCertCommonName', 'StoreType', 'Unknown'];
  const template = `${[...names, ...cache, ...old].map((name) => `{${name}}`).join(' ')} 'two words' "x {0} y" {5}{7}`;
  const friendly = 'Shop; $(touch injected) "quoted"';
  const args = ['--friendlyname', friendly, '--scriptparameters', template];

  const run = await create(args);
  assertExit(run, 0);
  const issued = thumbprint(new X509Certificate(bench.readPem('a.test', 'crt')));
  const got = script.takeArguments() ?? [];
  const [file = '', password = '', folder] = got.slice(5, 8);
  assert.deepEqual(got.slice(0, 5), [issued, 'a.test', 'site', bench.pem, friendly]);
  assert.deepEqual(got.slice(8), ['', '', 'pemfiles', '{Unknown}', 'two words', 'x a.test y', `${issued}site`]);
  assert.equal(existsSync(join(bench.folder, 'injected')), false);

  assert.equal(folder, dirname(file));
  assert.equal(existsSync(file), false, 'the temporary PFX is still there');
  assert.match(readFileSync(join(bench.folder, 'mode'), 'utf8'), /^-rw-------/);
  const { certificates, key } = await openPfx(join(bench.folder, 'copy.pfx'), password);
  assert.equal(thumbprint(certificates[0] ?? assert.fail('an empty PFX')), issued);
  assert.ok(certificates[0]?.checkPrivateKey(key));
  assert.match(run.stdout, /script: got: /);
  assertNowhere(password, [run.output, ...logs(bench.state)]);

  assertExit(await bench.run(['--renew', '--force']), 0);
  const renewed = script.takeArguments() ?? [];
  assert.notEqual(renewed[0], issued);
  assert.deepEqual(renewed.slice(8, 10), [issued, 'a.test']);
  assert.notEqual(renewed[6], password, 'each run has a password of its own');
});

test('several scripts and stores work by the names of win-acme', { skip }, async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const { bench, script, create } = await withScript(t, pebble);
  mkdirSync(bench.pfx);
  const run = await create(['--store', 'PemFiles,PfxFile', '--pemfilespath', bench.pem, '--pfxfilepath', bench.pfx]);
  assertExit(run, 0);
  assert.deepEqual(script.takeArguments(), []);
  const stored = allFiles(bench.pfx).map((path) => basename(path));
  assert.deepEqual(stored, ['a.test.pfx']);
});

async function withScript(t: TestContext, pebble: Pebble, body = '') {
  const bench = await createWorkbench(t, pebble);
  const script = createScript(bench.folder, body);
  const installation = ['--installation', 'script', '--script', script.path];
  const create = (args: readonly string[]) => bench.create('a.test', ['--id', 'site', ...installation, ...args]);
  return { bench, script, create };
}

function resultOf(run: Run): string | undefined {
  return run.report?.renewals[0]?.result;
}

function logs(state: string): string[] {
  const files = allFiles(state).filter((path) => /\.txt$|status\.json$/.test(path));
  assert.ok(files.length >= 2, 'no log or no status');
  return files.map((path) => readFileSync(path, 'utf8'));
}

function assertNowhere(secret: string, texts: readonly string[]): void {
  assert.ok(secret.length > 10, 'no password');
  for (const text of texts) assert.ok(!text.includes(secret), 'the password of the temporary PFX is shown');
}
