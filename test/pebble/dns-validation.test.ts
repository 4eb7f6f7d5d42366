import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Pebble } from '../support/pebble/pebble.ts';
import { pebbleOrSkip } from '../support/pebble/pebble-or-skip.ts';
import { checkPemFiles, dnsNames } from './certificate-checks.ts';
import { createDnsScript, valuesIn } from './dns-script.ts';
import { assertExit, createWorkbench, forgetAccount, namesIn, quick } from './workbench.ts';

/** pebble-challtestsrv has no zones: it is asked as a server that asks others is. */
const settings = (pebble: Pebble, changes: object = {}) => ({
  Validation: {
    DnsServers: [pebble.dnsServer],
    PreValidateDnsLocal: true,
    DnsPropagationDelay: 0,
    PreValidateDnsRetryCount: 2,
    PreValidateDnsRetryInterval: 1,
    ...changes,
  },
});

async function setUp(t: TestContext, pebble: Pebble) {
  const bench = await createWorkbench(t, pebble);
  mkdirSync(bench.folder, { recursive: true });
  const script = createDnsScript(bench.folder, pebble);
  bench.writeSettings(settings(pebble));
  const create = (host: string, args: readonly string[] = []) =>
    bench.create(host, ['--validation', 'script', '--validationmode', 'dns-01', '--dnsscript', script.path, ...args]);
  const assertNothingLeft = async (...names: string[]): Promise<void> => {
    for (const name of names) assert.deepEqual(await valuesIn(pebble.dnsServer, name), [], `values left at ${name}`);
  };
  return { bench, script, create, assertNothingLeft };
}

test('dns-01 by a script', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;

  for (const mode of ['0', '1', '2', '3']) {
    await t.test(`a wildcard and its apex in one order, parallelism ${mode}`, async (t) => {
      const { bench, script, create, assertNothingLeft } = await setUp(t, pebble);
      // Scripts side by side must not lose each other's values; this one would.
      const hosts = mode === '1' || mode === '3' ? '*.a.test,b.test' : 'a.test,*.a.test,b.test';
      assertExit(await create(hosts, ['--dnsscriptparallelism', mode, '--commonname', 'b.test']), 0);
      assert.deepEqual(dnsNames(await checkPemFiles(bench, pebble, 'b.test')), hosts.split(',').sort());
      assert.equal(script.calls().length, 2 * hosts.split(',').length);
      await assertNothingLeft('_acme-challenge.a.test', '_acme-challenge.b.test');
    });
  }

  await t.test('a renewal remembers the script, and needs nobody', async (t) => {
    const { bench, script, create } = await setUp(t, pebble);
    assertExit(await create('*.again.test', ['--id', 'site']), 0);
    forgetAccount(bench);
    assertExit(await bench.run(['--renew', '--force', '--accepttos']), 0);
    assert.equal(script.calls().length, 4);
  });

  await t.test('the record is made where a CNAME leads', async (t) => {
    const { script, create, assertNothingLeft } = await setUp(t, pebble);
    await pebble.setDns('set-cname', { host: '_acme-challenge.moved.test.', target: 'moved.acme.test.' });
    const run = await create('moved.test,*.moved.test');
    assertExit(run, 0);
    assert.match(run.output, /moved\.test: _acme-challenge\.moved\.test leads to moved\.acme\.test/);
    assert.deepEqual([...new Set(script.calls().map(([, , name]) => name))], ['moved.acme.test']);
    await assertNothingLeft('moved.acme.test');
  });

  await t.test('without AllowDnsSubstitution it is made at _acme-challenge', async (t) => {
    const { bench, script, create } = await setUp(t, pebble);
    bench.writeSettings(settings(pebble, { AllowDnsSubstitution: false, PreValidateDns: false }));
    await pebble.setDns('set-cname', { host: '_acme-challenge.stay.test.', target: 'stay.acme.test.' });
    assertExit(await create('stay.test'), 44);
    assert.deepEqual([...new Set(script.calls().map(([, , name]) => name))], ['_acme-challenge.stay.test']);
  });

  await t.test('CNAMEs that go round: 45, and nothing is made', async (t) => {
    const { bench, script, create } = await setUp(t, pebble);
    await pebble.setDns('set-cname', { host: '_acme-challenge.round.test.', target: 'r.acme.test.' });
    await pebble.setDns('set-cname', { host: 'r.acme.test.', target: '_acme-challenge.round.test.' });
    const run = await create('round.test');
    assertExit(run, 45);
    assert.match(
      run.stderr,
      /_acme-challenge\.round\.test -> r\.acme\.test leads back to _acme-challenge\.round\.test/,
    );
    assert.deepEqual(script.calls(), []);
    assert.deepEqual(bench.ids(), []);
  });

  await t.test('SERVFAIL: 45 with the server and its answer', async (t) => {
    const { script, create } = await setUp(t, pebble);
    await pebble.setDns('set-servfail', { host: '_acme-challenge.broken.test' });
    const run = await create('broken.test');
    assertExit(run, 45);
    assert.match(
      run.stderr,
      /no answer about _acme-challenge\.broken\.test \(CNAME\): 127\.0\.0\.1:\d+: answers SERVFAIL/,
    );
    assert.deepEqual(script.calls(), []);
  });

  await t.test('a record that does not appear: 45 at the limit, and the CA is not told', async (t) => {
    const { bench } = await setUp(t, pebble);
    const idle = join(bench.folder, 'idle.sh');
    writeFileSync(idle, '#!/bin/sh\n', { mode: 0o755 });
    const challenges = pebble.requestCount('challenge');
    const startedAt = performance.now();
    const run = await bench.create('never.test', ['--validation', 'script', '--dnscreatescript', idle]);
    assertExit(run, 45);
    assert.ok(performance.now() - startedAt >= 2_000);
    assert.match(
      run.stderr,
      /TXT record _acme-challenge\.never\.test is not on all of the DNS servers of the settings after 2 s: 127\.0\.0\.1:\d+ has no TXT record there/,
    );
    assert.equal(pebble.requestCount('challenge'), challenges);
    assert.match(run.output, /TXT record _acme-challenge\.never\.test stays, for there is no script to clean up/);
  });

  await t.test('PreValidateDns off: the CA is told at once', async (t) => {
    const { bench, create } = await setUp(t, pebble);
    bench.writeSettings(settings(pebble, { PreValidateDns: false }));
    assertExit(await create('unchecked.test'), 0);
  });

  await t.test('a script that fails: 53 with its code, and it is cleaned up after', async (t) => {
    const { bench, script, assertNothingLeft } = await setUp(t, pebble);
    const failing = join(bench.folder, 'failing.sh');
    writeFileSync(failing, `#!/bin/sh\n'${script.path}' "$@"; echo 'quota exceeded' >&2; exit 9\n`, { mode: 0o755 });
    const scripts = ['--dnscreatescript', failing, '--dnsdeletescript', script.path];
    const run = await bench.create('quota.test', ['--validation', 'script', ...scripts]);
    assertExit(run, 53);
    assert.match(run.stderr, /failing\.sh ended with exit code 9: quota exceeded/);
    assert.equal(run.report?.error?.exitStatus, 9);
    await assertNothingLeft('_acme-challenge.quota.test');
  });
});

test('http-01 by a script', async (t) => {
  const pebble = await pebbleOrSkip(t, quick);
  if (pebble === undefined) return;
  const bench = await createWorkbench(t, pebble);
  const site = join(bench.folder, 'site');
  mkdirSync(site);
  const script = join(bench.folder, 'web it.sh');
  writeFileSync(
    script,
    `#!/bin/sh
cd '${site}' || exit 1
case "$1" in
  prepare) printf %s "$4" > "./$(basename "$3")" ;;
  cleanup) rm "./$(basename "$3")" ;;
esac
`,
    { mode: 0o755 },
  );
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(site, basename(request.url ?? ''))));
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(pebble.httpPort, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const args = ['--validation', 'script', '--validationmode', 'http-01', '--validationscript', script];
  assertExit(await bench.create('a.test,b.test', args), 0);
  assert.deepEqual(namesIn(site), []);
  const wildcard = await bench.create('*.a.test', args);
  assertExit(wildcard, 2);
  assert.match(wildcard.stderr, /--validation script cannot validate \*\.a\.test/);
});
