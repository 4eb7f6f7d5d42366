import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReportedError } from '../../src/core/report.ts';
import { freePorts } from '../support/pebble/free-ports.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { allFiles } from './state-checks.ts';
import { assertExit, createWorkbench, forgetAccount, quick, type Run } from './workbench.ts';

test('what the CA refuses', async (t) => {
  const pebble = await pebbleOrSkip(t, { ...quick, domainBlocklist: ['blocked.test'] });
  if (pebble === undefined) return;

  await t.test(
    'names that cannot be validated: 44, each with its own reason, and nothing is left behind',
    async (t) => {
      const bench = await createWorkbench(t, pebble);
      const [port] = await freePorts(1);
      const elsewhere = ['--validation', 'selfhosting', '--validationport', String(port)];
      const run = await bench.create('a.test,b.test', [...elsewhere, '--json']);
      assertExit(run, 44);
      assert.deepEqual(JSON.parse(run.stdout), run.report);
      for (const name of ['a.test', 'b.test'])
        assert.match(run.stderr, new RegExp(`cannot validate ${name}: .*refused`));
      const failures = errorOf(run).failures ?? [];
      assert.deepEqual(
        failures.map(({ name, code }) => [name, code]),
        Array(2).fill(['ValidationFailed', 44]),
      );
      assert.match(failures[0]?.problem?.type ?? '', /^urn:ietf:params:acme:error:connection$/);
      assert.match(run.stderr, /the renewal was not created, because its first certificate failed/);
      assert.deepEqual(bench.ids(), []);
      assert.deepEqual(allFiles(join(bench.authority, 'orders')), []);
    },
  );

  await t.test('one name of two: 44 names it alone', async (t) => {
    const bench = await createWorkbench(t, pebble);
    await pebble.setDns('set-servfail', { host: 'lost.test' });
    const run = await bench.create('a.test,lost.test');
    assertExit(run, 44);
    assert.match(errorOf(run).message, /^cannot validate lost\.test: /);
    assert.match(errorOf(run).hint ?? '', /lost\.test/);
  });

  await t.test('a renewal that had a certificate keeps it, its files and the count of failures', async (t) => {
    const bench = await createWorkbench(t, pebble);
    assertExit(await bench.create('kept.test', ['--id', 'site']), 0);
    const before = bench.readPem('kept.test', 'crt');
    await pebble.setDns('set-servfail', { host: 'kept.test' });
    forgetAccount(bench);
    assertExit(await bench.run(['--renew', '--force', '--accepttos']), 44);
    assertExit(await bench.run(['--renew', '--force']), 44);
    const { certificate, failures } = bench.readRenewal('site').state;
    assert.deepEqual([certificate?.deployed, failures?.count], [true, 2]);
    assert.equal(bench.readPem('kept.test', 'crt'), before);
    assertExit(await bench.run(['--renew', '--detailedexitcode']), 15);
  });

  await t.test('a port that is taken: 45 with the port', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const server = createServer();
    server.listen(pebble.httpPort, '127.0.0.1');
    await once(server, 'listening');
    const run = await bench.create('a.test').finally(() => server.close());
    assertExit(run, 45);
    assert.match(run.stderr, new RegExp(`cannot listen on port ${pebble.httpPort} .*another program uses it`));
  });

  await t.test('a blocked name: 46 with the name', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const run = await bench.create('a.test,blocked.test');
    assertExit(run, 46);
    assert.match(run.stderr, /creating the order: .*blocked\.test/);
    assert.match(errorOf(run).problem?.type ?? '', /rejectedIdentifier$/);
    assert.deepEqual(bench.ids(), []);
  });

  await t.test('terms that were not accepted: 42 with the terms, and no account', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const accounts = pebble.requestCount('newAccount');
    const run = await bench.run(['--register']);
    assertExit(run, 42);
    assert.match(run.stderr, /terms of service have not been accepted: \S+[\s\S]*--accepttos/);
    assert.equal(pebble.requestCount('newAccount'), accounts);
  });

  await t.test('TLS that is not trusted: 41 at once, with --cafile as the way out', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const other = join(bench.folder, 'other.pem');
    writeFileSync(other, await pebble.rootCertificates());
    const run = await bench.run(['--register', '--accepttos', '--cafile', other]);
    assertExit(run, 41);
    assert.match(run.stderr, /TLS: .*\n.*--cafile/);
    assert.doesNotMatch(run.stderr, /attempts/, 'trust does not come back by trying again');
    const missing = await bench.run(['--register', '--accepttos', '--cafile', join(bench.folder, 'none.pem')]);
    assertExit(missing, 20);
    assert.match(missing.stderr, /none\.pem/);
  });

  await t.test('an address without a directory: 40 with what was tried', async (t) => {
    const bench = await createWorkbench(t, pebble);
    const baseUri = new URL('/acme', pebble.directoryUrl).href;
    const run = await bench.run(['--register', '--accepttos', '--baseuri', baseUri]);
    assertExit(run, 40);
    assert.match(run.stderr, /no ACME directory at .*\/acme answered 404; .*\/acme\/directory answered 404/);
  });
});

test('a CA that cannot be reached: 41 after the attempts of the settings', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  bench.writeSettings({ Acme: { RequestAttempts: 2, RequestFirstDelay: 0.01 } });
  await pebble.stop();
  writeFileSync(join(bench.folder, 'ca.pem'), pebble.ca);
  const started = Date.now();
  const run = await bench.create('a.test', ['--cafile', join(bench.folder, 'ca.pem')]);
  assertExit(run, 41);
  assert.match(run.stderr, /the connection is refused.*\(2 attempts\)/);
  assert.ok(Date.now() - started < 5_000, 'two attempts took over 5 s');
});

test('external account binding', async (t) => {
  // As long as the longest hash (RFC 7518 section 3.2).
  const key = Buffer.from('a key of sixty-four bytes, which is what HS512 asks for at least').toString('base64url');
  const pebble = await pebbleOrSkip(t, { ...quick, externalAccountMacKeys: { 'kid-1': key } });
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const register = (...args: string[]) => bench.run(['--register', '--accepttos', ...args]);

  await t.test('missing: 42 before anything is sent', async () => {
    const run = await register();
    assertExit(run, 42);
    assert.match(run.stderr, /requires an external account binding.*\n.*--eab-key-identifier/);
    assert.equal(pebble.requestCount('newAccount'), 0);
  });

  await t.test('half of it: 2', async () => assertExit(await register('--eab-key-identifier', 'kid-1'), 2));

  await t.test('wrong: 42', async () => {
    const wrong = Buffer.from('another key of thirty-two bytes.').toString('base64url');
    assertExit(await register('--eab-key-identifier', 'kid-1', '--eab-key', wrong), 42);
    assertExit(await register('--eab-key-identifier', 'kid-2', '--eab-key', key), 42);
  });

  await t.test('right: an account, and certificates without giving it again', async () => {
    const algorithm = ['--eab-algorithm', 'HS512'];
    assertExit(await register('--eab-key-identifier', 'kid-1', '--eab-key', key, ...algorithm, '--verbose'), 0);
    assertExit(await bench.create('a.test'), 0);
  });
});

function errorOf(run: Run): ReportedError {
  return run.report?.error ?? assert.fail(`no error in the report: ${run.output}`);
}
